using LogFlow.Kafka.Client;

namespace LogFlow.Appliance;

/// <summary>What <c>logflow consume</c> was asked for.</summary>
internal sealed record ConsumeOptions
{
    public required string Topic { get; init; }

    /// <summary>Null: all.</summary>
    public int? Partition { get; init; }

    /// <summary>Null: without a group.</summary>
    public string? Group { get; init; }

    /// <summary>Where to begin; with a group only where it has committed nothing.</summary>
    public StartPosition From { get; init; }

    /// <summary>Records to print; null: all.</summary>
    public long? Count { get; init; }

    /// <summary>Whether to stop at the end as it was at the start.</summary>
    public bool IsExit { get; init; }

    public IsolationLevel IsolationLevel { get; init; }
}
