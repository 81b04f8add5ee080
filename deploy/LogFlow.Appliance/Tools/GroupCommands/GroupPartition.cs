using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>How far a group is in one partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Current">Committed offset: where the group goes on; null where it has committed nothing.</param>
/// <param name="End">Offset of the next record to come; null where the partition is gone or has no leader.</param>
/// <param name="Member">The member that reads it, if any.</param>
internal sealed record GroupPartition(
    TopicPartition Partition, long? Current, long? End, GroupMemberDescription? Member)
{
    /// <summary>Records that the group has yet to read; 0 where the log has lost what it had read.</summary>
    public long? Lag => End - Current is { } lag ? Math.Max(0, lag) : null;

    /// <summary>All partitions in which the group has committed or which a member reads, in order.</summary>
    public static async Task<IReadOnlyList<GroupPartition>> FindAsync(
        ToolSession session, GroupDescription group, CancellationToken cancellationToken)
    {
        var committed = await session.Admin.ListCommittedOffsetsAsync(group.GroupId, null, cancellationToken);
        var members = new Dictionary<TopicPartition, GroupMemberDescription>();
        foreach (var member in group.Members)
        {
            foreach (var partition in member.Assignment)
            {
                members[partition] = member;
            }
        }

        var all = committed.Keys.Union(members.Keys).ToList();
        var topics = await Topics.FindAsync(
            session, all.Select(static partition => partition.Topic), cancellationToken);
        var ranges = await OffsetRange.FindAsync(session, topics, cancellationToken);
        return
        [
            .. all
                .OrderBy(static partition => partition.Topic, StringComparer.Ordinal)
                .ThenBy(static partition => partition.Partition)
                .Select(partition => new GroupPartition(
                    partition,
                    committed.TryGetValue(partition, out var offset) ? offset : null,
                    ranges.TryGetValue(partition, out var range) ? range.Latest : null,
                    members.GetValueOrDefault(partition))),
        ];
    }
}
