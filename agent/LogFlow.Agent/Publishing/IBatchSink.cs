using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// The wall between what is read and where it goes (ARCHITECTURE.md, "Outputs"). A batch is a Kafka record batch, for
/// outputs other than Kafka an uncompressed one whose records they walk in place; a partition is an ordered way, which
/// such outputs call a lane. All calls wait for the target as long as it takes; they end early by cancellation only.
/// </summary>
internal interface IBatchSink : IAsyncDisposable
{
    /// <summary>
    /// The target as it is now: the topic, made where it is missing and the queue allows that; of other outputs the
    /// name and the number of lanes.
    /// </summary>
    Task<TopicIdentity> GetTopicAsync(CancellationToken cancellationToken);

    /// <summary>A producer identity that nobody has used; every run sends under one of its own.</summary>
    Task<ProducerId> NewProducerAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends a batch. The order of calls is the order of sending within a partition, also over retries. At most five
    /// calls of a partition are open. The sink holds a lease of its own for as long as it looks at the bytes.
    /// </summary>
    Task<SendOutcome> SendAsync(int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken);

    /// <summary>
    /// The sequence of the last record that a partition has of a producer, durably; null where the queue does not
    /// know the producer, or cannot be asked (an old broker, no permission, no Kafka).
    /// </summary>
    Task<int?> FindLastSequenceAsync(int partition, ProducerId producer, CancellationToken cancellationToken);
}
