using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>logging</c>: how the agent itself logs, always to the console.</summary>
[AcceptedKey("files", "says nothing: the agent logs to stderr, which systemd or the container keeps")]
[AcceptedKey("event_data", "says nothing: events are never logged", IsQuiet = true)]
[AcceptedKey("to_syslog", "does nothing: the agent logs to stderr, which systemd hands to syslog", IsQuiet = true)]
[AcceptedKey("to_eventlog", "does nothing: the agent logs to stderr", IsQuiet = true)]
[AcceptedKey("json", "does nothing: lines of the agent's log are text", IsQuiet = true)]
[AcceptedKey("ecs", "does nothing: lines of the agent's log are text", IsQuiet = true)]
[AcceptedKey("rotateeverybytes", "says nothing: the agent logs to stderr")]
[AcceptedKey("metrics.namespaces", "says nothing here", IsQuiet = true)]
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
