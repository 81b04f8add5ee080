namespace LogFlow.Store;

/// <summary>Documents with a common key, and what is aggregated over them.</summary>
internal sealed class Bucket(AggregationSpecs subs, AggregationBudget budget)
{
    public long DocumentCount { get; private set; }

    public AggregatorSet? Subs { get; } = subs.IsEmpty ? null : subs.Create(budget);

    public void Add(BlockScan scan, ReadOnlySpan<int> rows)
    {
        DocumentCount += rows.Length;
        Subs?.Collect(scan, rows);
    }

    /// <summary>Documents that are known by their number; nothing is aggregated over them.</summary>
    public void AddCount(int count) => DocumentCount += count;

    public void Merge(Bucket other)
    {
        DocumentCount += other.DocumentCount;
        Subs?.Merge(other.Subs!);
    }
}

/// <summary>Rows of a block, sorted into groups by an index.</summary>
internal sealed class RowGroups(int groupCount)
{
    private readonly List<int>?[] _groups = new List<int>?[groupCount];

    public void Add(int group, int row) => (_groups[group] ??= []).Add(row);

    public ReadOnlySpan<int> Of(int group) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_groups[group]);
}
