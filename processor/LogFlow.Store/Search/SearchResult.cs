namespace LogFlow.Store;

/// <summary>What a search found.</summary>
internal sealed class SearchResult
{
    public required IReadOnlyList<FetchedHit> Hits { get; init; }

    public long Total { get; init; }

    /// <summary>False: there are at least <see cref="Total"/>.</summary>
    public bool IsTotalExact { get; init; } = true;

    public bool IsTimedOut { get; init; }

    public AggregatorSet? Aggregations { get; init; }

    /// <summary>Damaged segments and blocks that were skipped.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];
}

/// <summary>A hit as it is returned.</summary>
internal sealed record FetchedHit(
    string Index, string Id, SortValue[] Sort, long Sequence, byte[]? Source,
    IReadOnlyList<(string Name, List<FieldValue> Values, string? Format)> Fields)
{
    /// <summary>Fields with the fragments in which something is marked.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<string> Fragments)> Highlights { get; init; } = [];
}
