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
    /// calls of a partition are open. The batch's memory must stay until the task ends.
    /// </summary>
    Task<SendOutcome> SendAsync(int partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);
}
