using System.Buffers.Binary;
using Snappier;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Snappy (https://github.com/google/snappy/blob/main/format_description.txt) by Snappier. Java clients put blocks into
/// xerial's framing (magic, version int32, compatible version int32, then per block length int32 and bytes); librdkafka
/// and most others send one bare block. Both are read; the framing is written, as every client reads it.
/// </summary>
internal sealed class SnappyCodec : RecordCodec
{
    /// <summary>Magic, version, compatible version.</summary>
    public const int FramingHeaderSize = 16;

    // snappy-java writes 32 KiB and reads any size; a whole window of snappy's makes a tenth less of access logs.
    private const int BlockSize = 64 * 1024;

    public static ReadOnlySpan<byte> FramingMagic =>
        [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    public override int CompressBound(int length) => checked(
        FramingHeaderSize
        + ((length / BlockSize) * (sizeof(int) + Snappy.GetMaxCompressedLength(BlockSize)))
        + sizeof(int) + Snappy.GetMaxCompressedLength(length % BlockSize));

    public override int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        FramingMagic.CopyTo(destination);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], 1);
        BinaryPrimitives.WriteInt32BigEndian(destination[12..], 1);
        var written = FramingHeaderSize;
        while (source.Length > 0)
        {
            var block = source[..Math.Min(BlockSize, source.Length)];
            var size = Snappy.Compress(block, destination[(written + sizeof(int))..]);
            BinaryPrimitives.WriteInt32BigEndian(destination[written..], size);
            written += sizeof(int) + size;
            source = source[block.Length..];
        }

        return written;
    }

    public override DecompressionStream Open(ReadOnlyMemory<byte> source, int lengthMax) =>
        new SnappyStream(source, lengthMax);
}
