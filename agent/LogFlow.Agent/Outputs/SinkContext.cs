using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>What sinks are given.</summary>
internal sealed record SinkContext(
    ILoggerFactory Loggers, TimeProvider Time, AgentIdentity Identity, AgentCounters Counters);
