using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Told when partitions come and go. Called from the group's own task, one call at a time, concurrently with polling;
/// the group waits for each call, while heartbeats go on.
/// </summary>
public interface IRebalanceListener
{
    /// <summary>
    /// These partitions are this member's now. Nothing of them has been read yet: <see cref="GroupConsumer.Seek"/> may
    /// say where to start, which takes precedence over <see cref="GroupConsumer.StartOffsetResolver"/> and commits.
    /// </summary>
    ValueTask OnAssignedAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken);

    /// <summary>
    /// These partitions will be given to another member when this returns; offsets of what is finished can still be
    /// committed. No batch of them is delivered any more. Should return well within the rebalance timeout.
    /// </summary>
    ValueTask OnRevokedAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken);

    /// <summary>
    /// These partitions were taken away: the group had given up on this member. Another member may be working on them
    /// already, and commits for them fail.
    /// </summary>
    ValueTask OnLostAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken);
}
