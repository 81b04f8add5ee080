using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>logging</c>: how the agent itself logs, always to the console.</summary>
[UnsupportedKeys("files", "to_syslog", "to_eventlog", "event_data")]
public sealed class AgentLoggingConfig
{
    /// <summary>error, warning, info or debug.</summary>
    [ConfigKey("level")]
    public AgentLogLevel Level { get; set; } = AgentLogLevel.Info;

    /// <summary>Accepted: the agent always logs to stderr.</summary>
    [ConfigKey("to_stderr")]
    public bool ToStderr { get; set; } = true;

    /// <summary>Accepted only as false: systemd or the container keeps the log.</summary>
    [ConfigKey("to_files")]
    public bool ToFiles { get; set; }

    /// <summary>Accepted and without effect: metrics are served on <c>/metrics</c>.</summary>
    [ConfigKey("metrics.enabled")]
    public bool MetricsEnabled { get; set; }

    /// <summary>Accepted and without effect.</summary>
    [ConfigKey("metrics.period")]
    public TimeSpan MetricsPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Accepted and without effect: everything is logged by level.</summary>
    [ConfigKey("selectors")]
    public List<string> Selectors { get; set; } = [];
}

/// <summary>Filebeat's log levels.</summary>
public enum AgentLogLevel
{
    /// <summary>Data was lost, or an operator is needed.</summary>
    Error,

    /// <summary>Unexpected, nothing lost.</summary>
    Warning,

    /// <summary>Lifecycle.</summary>
    Info,

    /// <summary>Per batch.</summary>
    Debug,
}
