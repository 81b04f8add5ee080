namespace LogFlow.Kafka.Client;

/// <summary>Limits of a <see cref="PartitionSender"/>.</summary>
public sealed record PartitionSenderOptions
{
    /// <summary>
    /// Brokers remember the last 5 batches of a producer in a partition; more on their way could not be recognised when
    /// sent again.
    /// </summary>
    public const int InFlightPerPartitionLimit = 5;

    /// <summary>
    /// Batches of one partition that are sent and not yet acknowledged, 1 to <see cref="InFlightPerPartitionLimit"/>
    /// (Kafka <c>max.in.flight.requests.per.connection</c>).
    /// </summary>
    public int InFlightPerPartitionMax { get; init; } = InFlightPerPartitionLimit;

    /// <summary>Bytes of all partitions that are sent and not yet acknowledged; one batch may always go.</summary>
    public long InFlightBytesMax { get; init; } = 32L * 1024 * 1024;

    /// <summary>
    /// Bytes that are put together into one request; a single larger batch goes alone. Kafka
    /// <c>max.request.size</c> is 1 MB for its small batches.
    /// </summary>
    public int RequestBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// How long the broker may wait for its replicas before it answers; Kafka <c>request.timeout.ms</c>.
    /// </summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a broker that is set so may create a topic that does not exist.</summary>
    public bool AllowAutoCreateTopics { get; init; } = true;

    /// <summary>How often it is said again that a partition does not accept its batches.</summary>
    public TimeSpan StuckLogInterval { get; init; } = TimeSpan.FromMinutes(5);
}
