namespace LogFlow.Store;

/// <summary>All documents at one moment. Holds the segments open until disposed.</summary>
internal sealed class SearchSnapshot(
    IReadOnlyList<BlockSource> blocks, IReadOnlyList<SegmentReader> segments, BlockContents contents, int corruptCount)
    : IDisposable
{
    public IReadOnlyList<BlockSource> Blocks { get; } = blocks;

    public IReadOnlyList<SegmentReader> Segments { get; } = segments;

    public BlockContents Contents { get; } = contents;

    /// <summary>Segments that could not be opened at the start; every search reports them.</summary>
    public int CorruptSegmentCount { get; } = corruptCount;

    public void Dispose()
    {
        foreach (var segment in Segments)
        {
            segment.Release();
        }
    }
}
