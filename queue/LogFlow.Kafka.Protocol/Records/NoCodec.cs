namespace LogFlow.Kafka.Protocol;

/// <summary>Records as they are.</summary>
internal sealed class NoCodec : RecordCodec
{
    public override int CompressBound(int length) => length;

    public override int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        source.CopyTo(destination);
        return source.Length;
    }

    public override DecompressionStream Open(ReadOnlyMemory<byte> source, int lengthMax) =>
        new Stream(source, lengthMax);

    private sealed class Stream(ReadOnlyMemory<byte> source, int lengthMax) : DecompressionStream(lengthMax)
    {
        private int _position;

        internal override int StatedLength => source.Length <= Remaining ? source.Length : throw TooLong();

        public override void Dispose()
        {
        }

        private protected override int ReadSome(Span<byte> destination)
        {
            var count = Math.Min(destination.Length, source.Length - _position);
            source.Span.Slice(_position, count).CopyTo(destination);
            _position += count;
            return count;
        }
    }
}
