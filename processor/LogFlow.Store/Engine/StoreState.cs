namespace LogFlow.Store;

/// <summary>
/// All that the store holds at one moment: segments, blocks in memory, the ids and the positions that belong to them.
/// Never changed: a bulk, a seal, a merge each publish the next one by a single swap, so that nobody sees a document
/// twice, or a document without its position. Whoever reads the segments retains <see cref="Segments"/> first.
/// </summary>
internal sealed class StoreState
{
    private BlockContents? _contents;

    public required SegmentList Segments { get; init; }

    /// <summary>What is being written to disk now; it stays searchable until its segments take its place.</summary>
    public TailGeneration? Sealing { get; init; }

    public TailParts Tail { get; init; } = TailParts.Empty;

    public PositionTable Positions { get; init; } = PositionTable.Empty;

    /// <summary>Documents in memory only.</summary>
    public long TailDocumentCount => Tail.DocumentCount + (Sealing?.DocumentCount ?? 0);

    public long TailRawBytes => Tail.RawBytes + (Sealing?.RawBytes ?? 0);

    /// <summary>Indices and fields of all documents; put together when first asked for.</summary>
    /// <param name="memory">The blocks in memory, of this state.</param>
    public BlockContents ContentsOf(IReadOnlyList<MemoryBlock> memory) =>
        _contents ??= BlockContents.Combine(Segments.Contents, memory.Select(block => block.Contents));

    /// <summary>The next state begins without what was computed for this one.</summary>
    public StoreState With(
        SegmentList? segments = null, TailParts? tail = null, PositionTable? positions = null) => new()
        {
            Segments = segments ?? Segments,
            Sealing = Sealing,
            Tail = tail ?? Tail,
            Positions = positions ?? Positions,
        };

    /// <summary>As <see cref="With"/>, with another generation (or none) being written.</summary>
    public StoreState WithSealing(
        TailGeneration? sealing, SegmentList? segments = null, TailParts? tail = null,
        PositionTable? positions = null) => new()
        {
            Segments = segments ?? Segments,
            Sealing = sealing,
            Tail = tail ?? Tail,
            Positions = positions ?? Positions,
        };
}
