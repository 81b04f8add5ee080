namespace LogFlow.Store;

/// <summary>A block in a segment file: pages, and behind them their directory.</summary>
internal readonly record struct BlockLocation(
    long Offset, int PagesLength, int DirectoryLength, uint DirectoryCrc, BlockSummary Summary)
{
    public void Write(ByteWriter output)
    {
        output.WriteVarint((ulong)Offset);
        output.WriteVarint((ulong)PagesLength);
        output.WriteVarint((ulong)DirectoryLength);
        output.WriteUInt32(DirectoryCrc);
        output.WriteVarint((ulong)Summary.RowCount);
        output.WriteVarint((ulong)Summary.RawBytes);
        output.WriteInt64(Summary.MinTimeMs);
        output.WriteInt64(Summary.MaxTimeMs);
        output.WriteInt64(Summary.MinSequence);
        output.WriteInt64(Summary.MaxSequence);
    }

    public static BlockLocation Read(ref ByteReader reader)
    {
        var offset = (long)reader.ReadVarint();
        var pagesLength = reader.ReadCount(int.MaxValue);
        var directoryLength = reader.ReadCount(int.MaxValue);
        var crc = reader.ReadUInt32();
        var rowCount = reader.ReadCount(1 << 24);
        var rawBytes = (long)reader.ReadVarint();
        var summary = new BlockSummary(rowCount, rawBytes,
            reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        return new BlockLocation(offset, pagesLength, directoryLength, crc, summary);
    }
}
