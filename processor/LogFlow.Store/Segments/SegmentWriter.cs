using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>Writes one segment file: its head, blocks, each with a trailer, then the footers.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly IStoreFile _file;
    private readonly CommitInfo _commit;
    private readonly int _ordinal;
    private readonly int _segmentCount;
    private readonly List<BlockLocation> _blocks = [];
    private readonly BlockContents _contents = new();
    private readonly ByteWriter _buffer = new(4096);
    private long _length;

    /// <param name="file">An empty file; the writer owns it.</param>
    /// <param name="commit">The commit that the segment belongs to.</param>
    /// <param name="ordinal">Its place among the segments of the commit.</param>
    /// <param name="segmentCount">How many they are.</param>
    public SegmentWriter(IStoreFile file, CommitInfo commit, int ordinal, int segmentCount)
    {
        _file = file;
        _commit = commit;
        _ordinal = ordinal;
        _segmentCount = segmentCount;
        Append(SegmentFile.BeginMark);
        SegmentHead.Write(commit, ordinal, segmentCount, _buffer);
        Append(_buffer.Written);
    }

    public void Add(MemoryBlock block)
    {
        AddBlock(block);
        _contents.Add(block.Contents);
    }

    /// <summary>Adds a block whose contents are known already, from the segments it comes from.</summary>
    public void AddBlock(MemoryBlock block)
    {
        _buffer.Reset();
        block.Directory.Write(_buffer);
        Add(block.Pages.Span, _buffer.Written, block.Summary);
    }

    /// <summary>Copies a block of another segment as it is; its contents are added by the caller.</summary>
    public void Add(ReadOnlySpan<byte> pages, ReadOnlySpan<byte> directory, BlockSummary summary) =>
        Add(pages, directory, Crc32C.Compute(directory), summary);

    /// <summary>Copies a block that may be damaged: with the checksum that its directory should have.</summary>
    public void Add(ReadOnlySpan<byte> pages, ReadOnlySpan<byte> directory, uint directoryCrc, BlockSummary summary)
    {
        var location = new BlockLocation(_length, pages.Length, directory.Length, directoryCrc, summary);
        _blocks.Add(location);
        Append(pages);
        Append(directory);
        _buffer.Reset();
        BlockTrailer.Write(location, _buffer);
        Append(_buffer.Written);
    }

    public void AddContents(BlockContents contents) => _contents.Add(contents);

    /// <summary>Writes the footer and makes the file durable (but not its name).</summary>
    public void Finish()
    {
        var footer = new SegmentFooter
        {
            CommitId = _commit.CommitId,
            Ordinal = _ordinal,
            SegmentCount = _segmentCount,
            CreatedMs = _commit.CreatedMs,
            Positions = _commit.Positions,
            Replaces = _commit.Replaces,
            Contents = _contents,
            Blocks = _blocks,
        };
        _buffer.Reset();
        WriteFooter(footer, _buffer);

        // Twice: all blocks of a segment would be lost with its only footer.
        Append(_buffer.Written);
        Append(_buffer.Written);
        _file.SyncData();
    }

    /// <summary>One copy of a footer, with its trailer.</summary>
    public static void WriteFooter(SegmentFooter footer, ByteWriter output)
    {
        footer.Write(output);
        var length = output.Length;
        var crc = Crc32C.Compute(output.Written);
        output.WriteUInt32((uint)length);
        output.WriteUInt32(crc);
        output.Write(SegmentFile.EndMark);
    }

    public void Dispose() => _file.Dispose();

    private void Append(ReadOnlySpan<byte> data)
    {
        _file.Append(data);
        _length += data.Length;
    }
}
