namespace LogFlow.Store;

/// <summary>The parts of a search that stand in the URL; they win over the body's.</summary>
internal sealed class SearchParameters
{
    public string? Query { get; init; }

    public string? DefaultField { get; init; }

    public bool IsAnd { get; init; }

    public int? From { get; init; }

    public int? Size { get; init; }

    public string? Sort { get; init; }

    public SourceFilter? Source { get; init; }

    public long? TrackTotalHits { get; init; }
}
