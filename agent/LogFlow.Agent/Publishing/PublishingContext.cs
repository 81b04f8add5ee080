using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>What all partitions share.</summary>
internal sealed record PublishingContext(
    PublisherOptions Options,
    IBatchSink Sink,
    Registry Registry,
    ByteBudget Budget,
    AgentMetrics Metrics,
    AgentCounters Counters,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Producer identities.</summary>
    public ProducerSource Producers { get; } = new(Sink);

    /// <summary>The partitions' loops; what fails there ends the agent.</summary>
    public BackgroundWork Work { get; } = new();

    /// <summary>The topic's name, for messages.</summary>
    public required string Topic { get; init; }
}
