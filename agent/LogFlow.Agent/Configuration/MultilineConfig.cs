using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>multiline</c>: which lines belong together. Keys and defaults are Filebeat's.</summary>
public sealed class MultilineConfig : IValidatedConfig
{
    /// <summary>What decides.</summary>
    [ConfigKey("type")]
    public MultilineType Type { get; set; } = MultilineType.Pattern;

    /// <summary>The expression that lines are compared with.</summary>
    [ConfigKey("pattern")]
    public string Pattern { get; set; } = "";

    /// <summary>Lines that do not match count as those that do.</summary>
    [ConfigKey("negate")]
    public bool Negate { get; set; }

    /// <summary>Whether a line that matches belongs to what came before it, or to what follows.</summary>
    [ConfigKey("match")]
    public MultilineMatch? MatchWritten { get; set; }

    /// <summary>A line that matches ends its event.</summary>
    [ConfigKey("flush_pattern")]
    public string FlushPattern { get; set; } = "";

    /// <summary>Lines of an event that are kept; 0 takes the default.</summary>
    [ConfigKey("max_lines")]
    public int MaxLinesWritten { get; set; } = 500;

    /// <summary>Bytes of an event that are kept; the input's own limit where nothing is said.</summary>
    [ConfigKey("max_bytes")]
    public ByteSize? MaxBytes { get; set; }

    /// <summary>An event without another line for this long is sent.</summary>
    [ConfigKey("timeout")]
    public TimeSpan TimeoutWritten { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Lines of each event, for <see cref="MultilineType.Count"/>.</summary>
    [ConfigKey("count_lines", Aliases = ["lines_count"])]
    public int CountLines { get; set; }

    /// <summary>Lines are joined without a newline between them.</summary>
    [ConfigKey("skip_newline")]
    public bool SkipNewline { get; set; }

    internal MultilineMatch Match => MatchWritten ?? MultilineMatch.After;

    internal int MaxLines => MaxLinesWritten > 0 ? MaxLinesWritten : 500;

    internal TimeSpan Timeout => TimeoutWritten > TimeSpan.Zero ? TimeoutWritten : TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        if (Type == MultilineType.Count)
        {
            if (CountLines < 1)
            {
                problems.Add(new ConfigProblem("count_lines", "must be 1 or more with type: count"));
            }
        }
        else if (Pattern.Length == 0)
        {
            problems.Add(new ConfigProblem("pattern", "is needed: which lines belong together"));
        }
        else if (Type == MultilineType.Pattern && MatchWritten is null)
        {
            problems.Add(new ConfigProblem("match", "is needed: after or before"));
        }

        InputConfig.CheckExpressions(problems, "pattern", [Pattern]);
        InputConfig.CheckExpressions(problems, "flush_pattern", [FlushPattern]);
        return problems;
    }
}

/// <summary>What decides which lines belong together.</summary>
public enum MultilineType
{
    /// <summary>An expression and the line before or after.</summary>
    Pattern,

    /// <summary>A number of lines.</summary>
    Count,

    /// <summary>All lines in a row that match.</summary>
    WhilePattern,
}

/// <summary>Where a line that matches belongs.</summary>
public enum MultilineMatch
{
    /// <summary>It follows what came before.</summary>
    After,

    /// <summary>It comes before what follows.</summary>
    Before,
}
