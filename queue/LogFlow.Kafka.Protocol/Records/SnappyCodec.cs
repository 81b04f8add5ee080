using System.Buffers.Binary;
using IronSnappy;

namespace LogFlow.Kafka.Protocol.Records;

/// <summary>
/// Snappy (https://github.com/google/snappy/blob/main/format_description.txt). Java clients put blocks of 32 KiB into
/// xerial's framing (magic, version int32, compatible version int32, then per block length int32 and bytes); librdkafka
/// and most others send one bare block. Both are read; the framing is written, as every client reads it.
/// </summary>
internal static class SnappyCodec
{
    // Matches snappy-java's SnappyOutputStream.
    private const int BlockSize = 32 * 1024;
    private const int FramingHeaderSize = 16;

    private static ReadOnlySpan<byte> FramingMagic =>
        [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    public static void Compress(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        var header = writer.GetSpan(FramingHeaderSize);
        FramingMagic.CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], 1);
        BinaryPrimitives.WriteInt32BigEndian(header[12..], 1);
        writer.Advance(FramingHeaderSize);
        while (source.Length > 0)
        {
            var block = Snappy.Encode(source[..Math.Min(BlockSize, source.Length)]);
            var destination = writer.GetSpan(sizeof(int) + block.Length);
            BinaryPrimitives.WriteInt32BigEndian(destination, block.Length);
            block.CopyTo(destination[sizeof(int)..]);
            writer.Advance(sizeof(int) + block.Length);
            source = source[Math.Min(BlockSize, source.Length)..];
        }
    }

    public static void Decompress(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        if (source.Length < FramingHeaderSize || !source.StartsWith(FramingMagic))
        {
            DecompressBlock(source, ref writer);
            return;
        }

        source = source[FramingHeaderSize..];
        while (source.Length > 0)
        {
            if (source.Length < sizeof(int))
            {
                throw Damaged();
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(source);
            source = source[sizeof(int)..];
            if ((uint)length > (uint)source.Length)
            {
                throw Damaged();
            }

            DecompressBlock(source[..length], ref writer);
            source = source[length..];
        }
    }

    /// <summary>
    /// A block: decompressed length varint, then literals and copies, told apart by a tag's low two bits.
    /// </summary>
    private static void DecompressBlock(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        var position = 0;
        var length = ReadLength(source, ref position);
        var output = writer.GetSpan(length)[..length];
        var written = 0;
        while (position < source.Length)
        {
            var tag = source[position++];
            if ((tag & 3) == 0)
            {
                var count = LiteralLength(source, tag >> 2, ref position);
                if (count > source.Length - position || count > output.Length - written)
                {
                    throw Damaged();
                }

                source.Slice(position, (int)count).CopyTo(output[written..]);
                position += (int)count;
                written += (int)count;
                continue;
            }

            var offsetSize = (tag & 3) switch { 1 => 1, 2 => 2, _ => 4 };
            if (source.Length - position < offsetSize)
            {
                throw Damaged();
            }

            var (offset, copied) = offsetSize switch
            {
                1 => (((tag & 0xe0u) << 3) | source[position], ((tag >> 2) & 7) + 4),
                2 => (BinaryPrimitives.ReadUInt16LittleEndian(source[position..]), (tag >> 2) + 1),
                _ => (BinaryPrimitives.ReadUInt32LittleEndian(source[position..]), (tag >> 2) + 1),
            };
            position += offsetSize;
            if (offset == 0 || offset > written || copied > output.Length - written)
            {
                throw Damaged();
            }

            Lz4Block.CopyMatch(output, written, (int)offset, copied);
            written += copied;
        }

        if (written != length)
        {
            throw Damaged();
        }

        writer.Advance(length);
    }

    private static int ReadLength(ReadOnlySpan<byte> source, ref int position)
    {
        ulong length = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (position >= source.Length)
            {
                throw Damaged();
            }

            var value = source[position++];
            length |= (ulong)(value & 0x7f) << shift;
            if (value < 0x80)
            {
                return length <= int.MaxValue ? (int)length : throw Damaged();
            }
        }

        throw Damaged();
    }

    private static long LiteralLength(ReadOnlySpan<byte> source, int code, ref int position)
    {
        if (code < 60)
        {
            return code + 1;
        }

        var size = code - 59;
        if (source.Length - position < size)
        {
            throw Damaged();
        }

        long length = 0;
        for (var i = 0; i < size; i++)
        {
            length |= (long)source[position + i] << (8 * i);
        }

        position += size;
        return length + 1;
    }

    private static InvalidDataException Damaged() => new("snappy data is damaged");
}
