using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>An alert as it is evaluated: what is counted, when, and what number it fires at.</summary>
internal sealed record AlertRule
{
    /// <summary>Its name, which no other has.</summary>
    public required string Name { get; init; }

    /// <summary>The query in Lucene's syntax; empty matches everything.</summary>
    public required string Query { get; init; }

    /// <summary>Index expression.</summary>
    public required string Index { get; init; }

    /// <summary>How far back lines count.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Between two evaluations.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long before an evaluation the window ends.</summary>
    public required TimeSpan Delay { get; init; }

    /// <summary>Fires at more lines than this; null: it looks for fewer.</summary>
    public required long? Above { get; init; }

    /// <summary>Fires at fewer lines than this; null: it looks for more.</summary>
    public required long? Below { get; init; }

    /// <summary>Between two notifications while it fires; zero: one alone.</summary>
    public required TimeSpan RepeatInterval { get; init; }

    /// <summary>"more than 10 in 5m".</summary>
    public string Condition =>
        $"{(Above is { } above ? $"more than {above}" : $"fewer than {Below}")} in {Duration.Format(Window)}";

    /// <summary>Of a configuration that was checked.</summary>
    public static AlertRule Of(AlertConfig config) => new()
    {
        Name = config.Name,
        Query = config.Query.Trim(),
        Index = config.Index,
        Window = config.Window,
        Interval = config.Interval,
        Delay = config.Delay,
        Above = config.Above,
        Below = config.Below,
        RepeatInterval = config.RepeatInterval,
    };

    /// <summary>Whether this many lines make it fire.</summary>
    public bool IsMet(long count) => Above is { } above ? count > above : count < Below;
}
