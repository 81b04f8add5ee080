namespace LogFlow.Store;

/// <summary>A search, read and checked.</summary>
internal sealed class SearchRequest
{
    /// <summary>Exact totals up to this many hits. Matches Elasticsearch's default.</summary>
    public const long TotalHitsDefault = 10_000;

    public required QueryNode Query { get; init; }

    public int From { get; init; }

    public int Size { get; init; } = 10;

    public IReadOnlyList<SortField> Sort { get; init; } = [];

    /// <summary>No sort was asked for: newest first, and hits carry no sort values.</summary>
    public bool IsDefaultSort { get; init; }

    public SortValue[]? SearchAfter { get; init; }

    public SourceFilter Source { get; init; } = SourceFilter.All;

    /// <summary>Hits are counted up to here: <see cref="long.MaxValue"/> all, -1 not at all.</summary>
    public long TotalHitsMax { get; init; } = TotalHitsDefault;

    public AggregationSpecs Aggregations { get; init; } = AggregationSpecs.Empty;

    public IReadOnlyList<FieldFetch> Fields { get; init; } = [];

    /// <summary>Fields whose matching words each hit shows.</summary>
    public IReadOnlyList<HighlightSpec> Highlight { get; init; } = HighlightSpec.None;

    public TimeSpan? Timeout { get; init; }
}

/// <summary>A field (or pattern) whose values each hit carries, and the format of its dates.</summary>
internal sealed record FieldFetch(string Pattern, string? Format);
