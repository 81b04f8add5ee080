using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Where groups and their offsets survive. Calls are made in the order in which they must take effect; each task
/// completes when its change is durable (None) or was refused (disk full or broken); nothing is changed then.
/// </summary>
internal interface IGroupStore
{
    /// <summary>Keeps the group's membership, so that a restarted queue needs no rebalance.</summary>
    ValueTask<ErrorCode> SaveGroupAsync(GroupSnapshot group);

    /// <summary>
    /// Keeps what changed of a group of the new protocol, all or nothing; a classic group of its name is forgotten, or
    /// takes its place.
    /// </summary>
    ValueTask<ErrorCode> SaveConsumerGroupAsync(ConsumerGroupChange change);

    /// <summary>Keeps committed offsets; a null value forgets the partition's offset.</summary>
    ValueTask<ErrorCode> SaveOffsetsAsync(
        string groupId, IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset?>> offsets);

    /// <summary>Keeps offsets that count once the producer's transaction is committed.</summary>
    ValueTask<ErrorCode> SavePendingOffsetsAsync(
        string groupId, long producerId, IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets);

    /// <summary>All pending offsets of a transaction become committed ones, or go; in one step.</summary>
    ValueTask<ErrorCode> EndTransactionAsync(
        string groupId,
        long producerId,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> pending,
        bool isCommit);

    /// <summary>Keeps the configs of a group, which outlive it; none: nothing is kept.</summary>
    ValueTask<ErrorCode> SaveConfigAsync(string groupId, IReadOnlyDictionary<string, string> overrides);

    /// <summary>Forgets the group, its members and all of its offsets, all or nothing.</summary>
    ValueTask<ErrorCode> DeleteGroupAsync(GroupDeletion deletion);
}
