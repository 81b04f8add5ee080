using System.Buffers;
using System.IO.Compression;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// gzip (RFC 1952) by .NET's own zlib. That data which is cut short is an error takes the switch
/// System.IO.Compression.UseStrictValidation, which Directory.Build.props gives every executable.
/// </summary>
internal sealed class GzipCodec : RecordCodec
{
    private const int LevelMax = 9;

    // Incompressible data at the fastest level takes up to nine bits a byte.
    public override int CompressBound(int length) => checked(length + (length / 6) + 64);

    public override unsafe int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        fixed (byte* pointer = destination)
        {
            using var output = new UnmanagedMemoryStream(pointer, 0, destination.Length, FileAccess.Write);
            var options = new ZLibCompressionOptions { CompressionLevel = Math.Clamp(level, 1, LevelMax) };
            using (var gzip = new GZipStream(output, options, leaveOpen: true))
            {
                gzip.Write(source);
            }

            return (int)output.Length;
        }
    }

    public override DecompressionStream Open(ReadOnlyMemory<byte> source, int lengthMax) =>
        source.IsEmpty ? throw new InvalidDataException("gzip data is empty") : new Stream(source, lengthMax);

    private sealed class Stream : DecompressionStream
    {
        private readonly MemoryHandle _pin;
        private readonly GZipStream _gzip;

        public unsafe Stream(ReadOnlyMemory<byte> source, int lengthMax)
            : base(lengthMax)
        {
            _pin = source.Pin();
            _gzip = new GZipStream(
                new UnmanagedMemoryStream((byte*)_pin.Pointer, source.Length), CompressionMode.Decompress);
        }

        public override void Dispose()
        {
            _gzip.Dispose();
            _pin.Dispose();
        }

        private protected override int ReadSome(Span<byte> destination) => _gzip.Read(destination);
    }
}
