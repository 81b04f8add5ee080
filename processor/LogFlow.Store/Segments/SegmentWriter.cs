using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>Writes blocks into one segment file, then its footer.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly IStoreFile _file;
    private readonly List<BlockLocation> _blocks = [];
    private readonly BlockContents _contents = new();
    private readonly ByteWriter _buffer = new(4096);
    private long _length;

    public SegmentWriter(IStoreFile file)
    {
        _file = file;
        Append(SegmentFile.BeginMark);
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
    public void Add(ReadOnlySpan<byte> pages, ReadOnlySpan<byte> directory, BlockSummary summary)
    {
        _blocks.Add(new BlockLocation(
            _length, pages.Length, directory.Length, Crc32C.Compute(directory), summary));
        Append(pages);
        Append(directory);
    }

    public void AddContents(BlockContents contents) => _contents.Add(contents);

    /// <summary>Writes the footer and makes the file durable (but not its name).</summary>
    public void Finish(CommitInfo commit, int ordinal, int segmentCount)
    {
        var footer = new SegmentFooter
        {
            CommitId = commit.CommitId,
            Ordinal = ordinal,
            SegmentCount = segmentCount,
            CreatedMs = commit.CreatedMs,
            Positions = commit.Positions,
            Replaces = commit.Replaces,
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
