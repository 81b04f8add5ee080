using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Where batches go: a topic of a Kafka-protocol queue. All calls wait for the queue as long as it takes; they end
/// early by cancellation only.
/// </summary>
internal interface IBatchSink : IAsyncDisposable
{
    /// <summary>The topic as it is now, made where it is missing and the queue allows that.</summary>
    Task<TopicIdentity> GetTopicAsync(CancellationToken cancellationToken);

    /// <summary>A producer identity that nobody has used.</summary>
    Task<ProducerId> NewProducerAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends a batch. The order of calls is the order of sending within a partition, also over retries. At most five
    /// calls of a partition are open. The sink holds a lease of its own for as long as it looks at the bytes.
    /// </summary>
    Task<SendOutcome> SendAsync(int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken);

    /// <summary>
    /// The sequence of the last record that a partition has of a producer, durably; null where the queue does not
    /// know the producer, or cannot be asked (an old broker, no permission).
    /// </summary>
    Task<int?> FindLastSequenceAsync(int partition, ProducerId producer, CancellationToken cancellationToken);
}
