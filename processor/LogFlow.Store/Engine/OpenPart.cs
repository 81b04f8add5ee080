namespace LogFlow.Store;

/// <summary>
/// The first rows of an open block: those that a bulk has published. Encoded when a search first asks.
/// </summary>
internal sealed class OpenPart(OpenBlock block, BlockSummary summary)
{
    private MemoryBlock? _view;

    public BlockSummary Summary { get; } = summary;

    /// <summary>The rows as a block; null where they were closed since: a newer state has them.</summary>
    public MemoryBlock? TryView(ColumnEncoder encoder) => _view ??= block.TryView(encoder, Summary);
}
