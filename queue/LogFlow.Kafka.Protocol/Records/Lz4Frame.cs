using System.Buffers.Binary;

namespace LogFlow.Kafka.Protocol.Records;

/// <summary>
/// LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md): magic, descriptor (flags, block size,
/// content size if flagged, its checksum), blocks (length int32 LE whose high bit says "not compressed", bytes,
/// checksum if flagged), end mark, content checksum if flagged. Written as Kafka's Java clients write it: independent
/// blocks of 64 KiB, no optional fields. Read in every form but dictionaries.
/// </summary>
internal static class Lz4Frame
{
    private const uint Magic = 0x184D2204;
    private const int BlockSize = 64 * 1024;
    private const uint NotCompressed = 0x80000000;
    private const byte VersionMask = 0xC0;
    private const byte Version = 0x40;
    private const byte IndependentBlocks = 0x20;
    private const byte BlockChecksum = 0x10;
    private const byte ContentSize = 0x08;
    private const byte ContentChecksum = 0x04;
    private const byte DictionaryId = 0x01;

    /// <summary>Header and end mark, and a length per block: a block that does not shrink is stored.</summary>
    public static int CompressBound(int length) => checked(length + (((length / BlockSize) + 1) * sizeof(int)) + 16);

    public static void Compress(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        var destination = writer.GetSpan(CompressBound(source.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        destination[4] = Version | IndependentBlocks;
        destination[5] = 4 << 4;
        destination[6] = (byte)(XxHash32.Compute(destination[4..6]) >> 8);
        var written = 7;
        while (source.Length > 0)
        {
            var block = source[..Math.Min(BlockSize, source.Length)];
            var target = destination.Slice(written + sizeof(int), block.Length);
            var size = block.Length > 1 ? Lz4Block.Compress(block, target[..^1]) : 0;
            if (size == 0)
            {
                block.CopyTo(target);
                size = block.Length;
                BinaryPrimitives.WriteUInt32LittleEndian(destination[written..], (uint)size | NotCompressed);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(destination[written..], size);
            }

            written += sizeof(int) + size;
            source = source[block.Length..];
        }

        BinaryPrimitives.WriteInt32LittleEndian(destination[written..], 0);
        writer.Advance(written + sizeof(int));
    }

    public static void Decompress(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        do
        {
            source = source[DecompressFrame(source, ref writer)..];
        }
        while (source.Length > 0);
    }

    private static int DecompressFrame(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        var position = ReadDescriptor(source, out var flags, out var blockSizeMax);
        var frameStart = writer.Length;
        while (true)
        {
            var header = ReadUInt32(source, ref position);
            if (header == 0)
            {
                break;
            }

            var size = header & ~NotCompressed;
            if (size > source.Length - position || size > blockSizeMax)
            {
                throw Damaged();
            }

            var block = source.Slice(position, (int)size);
            position += (int)size;
            if ((flags & BlockChecksum) != 0 && ReadUInt32(source, ref position) != XxHash32.Compute(block))
            {
                throw Damaged();
            }

            if ((header & NotCompressed) != 0)
            {
                block.CopyTo(writer.GetSpan(block.Length));
                writer.Advance(block.Length);
            }
            else
            {
                DecompressBlock(block, ref writer, frameStart, blockSizeMax, (flags & IndependentBlocks) != 0);
            }
        }

        if ((flags & ContentChecksum) != 0
            && ReadUInt32(source, ref position) != XxHash32.Compute(writer.Written[frameStart..]))
        {
            throw Damaged();
        }

        return position;
    }

    private static void DecompressBlock(
        ReadOnlySpan<byte> block, ref PooledByteWriter writer, int frameStart, int blockSizeMax, bool isIndependent)
    {
        // A block decompresses to 255 times its size at most, and never to more than the frame's block size.
        var length = (int)Math.Min(blockSizeMax, block.Length * 255L);
        var start = writer.Length;
        if (writer.Remaining < length)
        {
            length = writer.Remaining;
        }

        writer.GetSpan(length);
        var output = writer.WrittenAndFree()[..(start + length)];
        var end = Lz4Block.Decompress(block, output, start, isIndependent ? start : frameStart);
        writer.Advance(end - start);
    }

    private static int ReadDescriptor(ReadOnlySpan<byte> source, out byte flags, out int blockSizeMax)
    {
        if (source.Length < 7 || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
        {
            throw Damaged();
        }

        flags = source[4];
        var blockSizeCode = (source[5] >> 4) & 7;
        if ((flags & VersionMask) != Version || (flags & DictionaryId) != 0 || blockSizeCode < 4)
        {
            throw Damaged();
        }

        blockSizeMax = 1 << (8 + (2 * blockSizeCode));
        var position = (flags & ContentSize) != 0 ? 14 : 6;
        if (source.Length <= position || source[position] != (byte)(XxHash32.Compute(source[4..position]) >> 8))
        {
            throw Damaged();
        }

        return position + 1;
    }

    private static uint ReadUInt32(ReadOnlySpan<byte> source, ref int position)
    {
        if (source.Length - position < sizeof(uint))
        {
            throw Damaged();
        }

        var value = BinaryPrimitives.ReadUInt32LittleEndian(source[position..]);
        position += sizeof(uint);
        return value;
    }

    private static InvalidDataException Damaged() => new("lz4 frame is damaged");
}
