using LogFlow.Platform;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// zstd. Frames of Java clients are streamed and do not state their size; librdkafka's and our own do, and are
/// decompressed in one go where the destination has room for them.
/// </summary>
internal sealed class ZstdRecordCodec(ZstdCodec zstd) : RecordCodec
{
    public override int CompressBound(int length) => ZstdCodec.CompressBound(length);

    public override int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level) =>
        zstd.Compress(source, destination, level);

    public override DecompressionStream Open(ReadOnlyMemory<byte> source, int lengthMax)
    {
        var stated = zstd.GetStatedLength(source.Span);
        return stated <= lengthMax
            ? new Stream(zstd, source, lengthMax, (int)stated)
            : throw new InvalidDataException($"a zstd frame states {stated} bytes, {lengthMax} are allowed");
    }

    private sealed class Stream(ZstdCodec zstd, ReadOnlyMemory<byte> source, int lengthMax, int statedLength)
        : DecompressionStream(lengthMax)
    {
        private readonly ZstdDecompressor _decompressor = zstd.OpenDecompressor();
        private int _position;

        internal override int StatedLength => statedLength;

        public override void Dispose() => _decompressor.Dispose();

        private protected override int ReadSome(Span<byte> destination) =>
            _decompressor.Read(source.Span, ref _position, destination);
    }
}
