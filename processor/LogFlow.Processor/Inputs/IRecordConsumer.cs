using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>
/// A member of a consumer group: the part of <see cref="GroupConsumer"/> that processing needs. Tests put a scripted
/// queue in its place.
/// </summary>
internal interface IRecordConsumer : IAsyncDisposable
{
    /// <summary>
    /// Joins the group. <paramref name="resolveStart"/> is asked where to start each partition assigned; null means at
    /// the committed offset.
    /// </summary>
    Task StartAsync(
        Func<TopicPartition, Guid, CancellationToken, ValueTask<long?>> resolveStart,
        IRebalanceListener listener,
        CancellationToken cancellationToken);

    /// <summary>The next batch of any assigned partition.</summary>
    ValueTask<IRecordBatch> PollAsync(CancellationToken cancellationToken);

    /// <summary>Commits the offsets to read next.</summary>
    Task CommitAsync(IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken);

    /// <summary>Reads the partition from this offset on; what was fetched ahead is forgotten.</summary>
    void Seek(TopicPartition partition, long offset);

    /// <summary>
    /// Where a member that knows nothing of the partition starts: the group's committed offset, else the oldest
    /// record, or the end where the input says so.
    /// Waits until the queue answers.
    /// </summary>
    Task<long> GetRestartOffsetAsync(TopicPartition partition, CancellationToken cancellationToken);

    /// <summary>The offsets behind the partitions' last records; waits until the queue answers.</summary>
    Task<IReadOnlyDictionary<TopicPartition, long>> GetEndOffsetsAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken);

    /// <summary>How many records a topic holds; 0 where there is no such topic.</summary>
    Task<long> CountRecordsAsync(string topic, CancellationToken cancellationToken);

    /// <summary>Leaves the group, so that others take over at once.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);
}
