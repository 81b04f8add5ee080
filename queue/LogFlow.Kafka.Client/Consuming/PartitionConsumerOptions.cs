namespace LogFlow.Kafka.Client;

/// <summary>How a <see cref="PartitionConsumer"/> reads. Names and defaults are those of Kafka's consumer.</summary>
public sealed record PartitionConsumerOptions
{
    /// <summary>
    /// Kafka <c>auto.offset.reset</c>: where to go on when the offset is not in the log (any more).
    /// </summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Earliest;

    public IsolationLevel IsolationLevel { get; init; } = IsolationLevel.ReadUncommitted;

    /// <inheritdoc cref="GroupConsumerOptions.DeliversUndecodable"/>
    public bool DeliversUndecodable { get; init; }

    /// <summary>Decompressed bytes fetched ahead of the poller, all partitions together.</summary>
    public long PrefetchBytesMax { get; init; } = 32L * 1024 * 1024;
}
