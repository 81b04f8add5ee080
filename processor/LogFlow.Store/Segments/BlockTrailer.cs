using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// Behind a block's directory: what the footer says of the block, so that it is found without one. The offset is in
/// it, so that bytes of a document that look like a trailer are none. Layout: 8 bytes mark · i64 offset of the block ·
/// u32 pages · u32 directory · u32 directory CRC · u32 rows · i64 raw bytes · i64 min and max time · i64 min and max
/// sequence · u32 CRC-32C of all before.
/// </summary>
internal static class BlockTrailer
{
    public const int Length = 76;

    private const int CrcAt = Length - 4;

    public static ReadOnlySpan<byte> Mark => "LFBLKEND"u8;

    public static void Write(in BlockLocation block, ByteWriter output)
    {
        var start = output.Length;
        output.Write(Mark);
        output.WriteInt64(block.Offset);
        output.WriteUInt32((uint)block.PagesLength);
        output.WriteUInt32((uint)block.DirectoryLength);
        output.WriteUInt32(block.DirectoryCrc);
        output.WriteUInt32((uint)block.Summary.RowCount);
        output.WriteInt64(block.Summary.RawBytes);
        output.WriteInt64(block.Summary.MinTimeMs);
        output.WriteInt64(block.Summary.MaxTimeMs);
        output.WriteInt64(block.Summary.MinSequence);
        output.WriteInt64(block.Summary.MaxSequence);
        output.WriteUInt32(Crc32C.Compute(output.Written[start..]));
    }

    /// <summary>Reads a trailer that stands at <paramref name="position"/> of its file.</summary>
    /// <returns>False: these bytes are no trailer of that place, or a damaged one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> data, long position, out BlockLocation block)
    {
        block = default;
        if (!data.StartsWith(Mark)
            || BinaryPrimitives.ReadUInt32LittleEndian(data[CrcAt..]) != Crc32C.Compute(data[..CrcAt]))
        {
            return false;
        }

        var reader = new ByteReader(data[Mark.Length..CrcAt]);
        var offset = reader.ReadInt64();
        var (pages, directory, crc, rows) =
            (reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
        var summary = new BlockSummary((int)rows, reader.ReadInt64(),
            reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        block = new BlockLocation(offset, (int)pages, (int)directory, crc, summary);
        return offset >= 0 && offset + pages + directory == position;
    }
}
