using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>What all partitions share.</summary>
internal sealed record PublishingContext(
    PublisherOptions Options,
    IBatchSink Sink,
    Registry Registry,
    MemoryBudget Budget,
    AgentMetrics Metrics,
    AgentCounters Counters,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Producer identities.</summary>
    public ProducerSource Producers { get; } = new(Sink);

    /// <summary>The topic's name, for messages.</summary>
    public required string Topic { get; init; }

    /// <summary>Called when something fails that the agent cannot go on from.</summary>
    public required Action<Exception> OnFatal { get; init; }
}
