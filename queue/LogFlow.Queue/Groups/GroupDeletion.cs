using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>All that the store may know of a group that goes: forgotten in one step.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Offsets">Partitions with committed offsets.</param>
/// <param name="PendingOffsets">Offsets of open transactions.</param>
/// <param name="MemberIds">Members by the new protocol.</param>
internal sealed record GroupDeletion(
    string GroupId,
    IReadOnlyList<TopicPartition> Offsets,
    IReadOnlyList<(long ProducerId, TopicPartition Partition)> PendingOffsets,
    IReadOnlyCollection<string> MemberIds);
