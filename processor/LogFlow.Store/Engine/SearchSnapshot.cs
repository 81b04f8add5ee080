namespace LogFlow.Store;

/// <summary>All documents at one moment. Holds the segments open until disposed.</summary>
internal sealed class SearchSnapshot(
    StoreState state, IReadOnlyList<MemoryBlock> memory, int corruptCount) : IDisposable
{
    private IReadOnlyList<BlockSource>? _blocks;
    private int _isDisposed;

    public StoreState State => state;

    /// <summary>The blocks of the tail, the newest documents.</summary>
    public IReadOnlyList<MemoryBlock> Memory => memory;

    public IReadOnlyList<BlockSource> Blocks =>
        _blocks ??= [.. memory, .. state.Segments.Segments.SelectMany(segment => segment.Blocks)];

    public BlockContents Contents => state.ContentsOf(memory);

    /// <summary>Segments that could not be opened at the start; every search reports them.</summary>
    public int CorruptSegmentCount { get; } = corruptCount;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            state.Segments.Release();
        }
    }
}
