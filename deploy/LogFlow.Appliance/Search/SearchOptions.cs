namespace LogFlow.Appliance;

/// <summary>What <c>logflow search</c> was asked for.</summary>
internal sealed record SearchOptions
{
    /// <summary>Elasticsearch's own bound on one answer (<c>index.max_result_window</c>).</summary>
    public const int PageMax = 10_000;

    /// <summary>The query in Lucene's syntax; empty matches everything.</summary>
    public string Query { get; init; } = "";

    /// <summary>Base address of the store or of an Elasticsearch.</summary>
    public required Uri Url { get; init; }

    /// <summary>How it is logged in to.</summary>
    public ServerAccess Access { get; init; } = ServerAccess.None;

    /// <summary>Index expression.</summary>
    public string Index { get; init; } = "logs-*";

    /// <summary>Oldest time that counts; null: no bound.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Newest time that counts; null: no bound.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Hits that are shown.</summary>
    public int Limit { get; init; } = 20;

    /// <summary>Fields to show instead of the message.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Print documents as JSON lines.</summary>
    public bool IsJson { get; init; }

    /// <summary>Print only the number of hits.</summary>
    public bool IsCount { get; init; }

    /// <summary>Go on with what arrives.</summary>
    public bool IsFollow { get; init; }
}
