namespace LogFlow.Store;

/// <summary>A block of rows, in memory or in a segment.</summary>
internal abstract class BlockSource(BlockSummary summary)
{
    private BlockIds? _ids;

    public BlockSummary Summary { get; } = summary;

    /// <summary>Indices that rows may be of, and no others; null: unknown.</summary>
    public abstract IReadOnlyCollection<string>? Indices { get; }

    /// <summary>Names the block in reports of damage.</summary>
    public abstract string Origin { get; }

    /// <exception cref="CorruptDataException">The directory is damaged.</exception>
    public abstract BlockDirectory LoadDirectory();

    /// <summary>Which ids the block may hold; read once and kept.</summary>
    /// <exception cref="CorruptDataException">The block is damaged.</exception>
    public BlockIds GetIds() => _ids ??= BlockIds.Of(this);

    /// <summary>The column's page, decompressed.</summary>
    /// <param name="column">A column of this block's directory.</param>
    /// <param name="rented">An array of the shared pool that the page lies in; the caller returns it.</param>
    /// <exception cref="CorruptDataException">The page is damaged.</exception>
    public abstract ReadOnlyMemory<byte> ReadPage(ColumnEntry column, out byte[]? rented);

    /// <summary>The column's bloom.</summary>
    /// <exception cref="CorruptDataException">The bloom is damaged.</exception>
    public abstract ReadOnlyMemory<byte> ReadBloom(ColumnEntry column, out byte[]? rented);
}
