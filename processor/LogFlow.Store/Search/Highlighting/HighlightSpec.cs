namespace LogFlow.Store;

/// <summary>Fields whose matching words a search marks, and how.</summary>
internal sealed record HighlightSpec
{
    /// <summary>Matches Elasticsearch.</summary>
    public const int FragmentCharsDefault = 100;

    public static readonly IReadOnlyList<HighlightSpec> None = [];

    /// <summary>A field, or a pattern of fields.</summary>
    public required string Pattern { get; init; }

    public string Before { get; init; } = "<em>";

    public string After { get; init; } = "</em>";

    /// <summary>About how long a fragment is.</summary>
    public int FragmentChars { get; init; } = FragmentCharsDefault;

    /// <summary>So many fragments at most; 0: the whole value as one. Matches Elasticsearch.</summary>
    public int FragmentCountMax { get; init; } = 5;

    /// <summary>Only what the query asked of this field is marked.</summary>
    public bool RequiresField { get; init; } = true;

    /// <summary>The text is put into HTML: what is markup in it is escaped.</summary>
    public bool IsHtml { get; init; }
}
