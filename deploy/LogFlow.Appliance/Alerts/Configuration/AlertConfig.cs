using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// One alert: a query that is counted again and again, the number at which it fires, and who is told. Names follow
/// Kibana's rules (query, threshold, check every) and Grafana's alerts (interval, repeat_interval).
/// </summary>
internal sealed class AlertConfig : IValidatedConfig
{
    private static readonly TimeSpan WindowMax = TimeSpan.FromDays(366);

    /// <summary>Names it in messages and in its saved state; each alert has a name of its own.</summary>
    [ConfigKey("name")]
    public string Name { get; set; } = "";

    /// <summary>Whether it is evaluated.</summary>
    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;

    /// <summary>What is counted, in the language of the page and of <c>logflow search</c>; empty: all lines.</summary>
    [ConfigKey("query")]
    public string Query { get; set; } = "";

    /// <summary>Where it is counted. Matches the console.</summary>
    [ConfigKey("index")]
    public string Index { get; set; } = "logs-*";

    /// <summary>How far back lines count, by their <c>@timestamp</c>. Matches Kibana's rules.</summary>
    [ConfigKey("window")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often it is evaluated. Matches Kibana's rules and Grafana's alerts.</summary>
    [ConfigKey("interval")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long before now the window ends: lines need that long from a file to the store. As ElastAlert's query_delay.
    /// </summary>
    [ConfigKey("delay")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Fires at more lines than this.</summary>
    [ConfigKey("above")]
    public long? Above { get; set; }

    /// <summary>Fires at fewer lines than this; 1 finds silence.</summary>
    [ConfigKey("below")]
    public long? Below { get; set; }

    /// <summary>How often it is told again while it fires; 0: once. As Alertmanager's repeat_interval.</summary>
    [ConfigKey("repeat_interval")]
    public TimeSpan RepeatInterval { get; set; }

    /// <summary>Who is told, all at the same time; none: the page alone shows it.</summary>
    [ConfigKey("actions")]
    public List<AlertActionConfig> Actions { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        void Demand(bool holds, string key, string message)
        {
            if (!holds)
            {
                problems.Add(new ConfigProblem(key, message));
            }
        }

        Demand(!string.IsNullOrWhiteSpace(Name), "name", "must name the alert");
        Demand(!string.IsNullOrWhiteSpace(Index), "index", "must name an index, logs-* say");
        Demand(Above is null != Below is null, "",
            $"alert '{Name}': needs either 'above' or 'below', a number of lines");
        Demand(Above is null or >= 0, "above", "takes 0 or more lines");
        Demand(Below is null or >= 1, "below", "takes 1 line or more; 1 finds silence");
        Demand(Interval >= TimeSpan.FromSeconds(1), "interval", "takes 1s or more");
        Demand(Window <= WindowMax, "window", "takes a year at most");
        Demand(Window >= Interval, "window",
            $"must not be shorter than the interval ({Duration.Format(Interval)}): lines between two windows would "
            + "never be counted");
        Demand(Delay >= TimeSpan.Zero && Delay <= TimeSpan.FromDays(1), "delay", "takes 0s to 24h");
        Demand(RepeatInterval == TimeSpan.Zero || RepeatInterval >= Interval, "repeat_interval",
            "takes 0s (told once), or a time that is not shorter than the interval");
        return problems;
    }
}
