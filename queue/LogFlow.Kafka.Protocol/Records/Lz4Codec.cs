using System.Buffers.Binary;
using K4os.Compression.LZ4;
using K4os.Hash.xxHash;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md): magic, descriptor (flags, block size,
/// content size if flagged, its checksum), blocks (length int32 LE whose high bit says "not compressed", bytes,
/// checksum if flagged), end mark, content checksum if flagged. Written as Kafka's Java clients write it: independent
/// blocks of 64 KiB, no optional fields. Read in every form but dictionaries. The blocks are K4os.Compression.LZ4's.
/// </summary>
internal sealed class Lz4Codec : RecordCodec
{
    public const uint Magic = 0x184D2204;
    public const uint NotCompressed = 0x80000000;
    public const byte VersionMask = 0xC0;
    public const byte Version = 0x40;
    public const byte IndependentBlocks = 0x20;
    public const byte BlockChecksum = 0x10;
    public const byte ContentSize = 0x08;
    public const byte ContentChecksum = 0x04;
    public const byte DictionaryId = 0x01;

    private const int BlockSize = 64 * 1024;
    private const int BlockSizeCode = 4;

    /// <summary>Header and end mark, and a length per block: a block that does not shrink is stored.</summary>
    public override int CompressBound(int length) =>
        checked(length + (((length / BlockSize) + 1) * sizeof(int)) + 16);

    public override int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        destination[4] = Version | IndependentBlocks;
        destination[5] = BlockSizeCode << 4;
        destination[6] = HeaderChecksum(destination[4..6]);
        var written = 7;
        while (source.Length > 0)
        {
            var block = source[..Math.Min(BlockSize, source.Length)];
            var target = destination.Slice(written + sizeof(int), block.Length);
            var size = block.Length > 1 ? LZ4Codec.Encode(block, target[..^1]) : 0;
            if (size <= 0)
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
        return written + sizeof(int);
    }

    public override DecompressionStream Open(ReadOnlyMemory<byte> source, int lengthMax) =>
        source.IsEmpty ? throw new InvalidDataException("lz4 data is empty") : new Lz4Stream(source, lengthMax);

    /// <summary>The second byte of the descriptor's hash.</summary>
    public static byte HeaderChecksum(ReadOnlySpan<byte> descriptor) => (byte)(XXH32.DigestOf(descriptor) >> 8);
}
