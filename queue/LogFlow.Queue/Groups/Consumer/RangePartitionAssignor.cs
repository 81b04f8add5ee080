namespace LogFlow.Queue;

/// <summary>
/// Each member gets a run of neighbouring partitions of every topic, in the order of instance ids, then member ids; so
/// members with the same subscription get the same numbers of every topic with as many partitions (co-partitioning).
/// The first members get one more where the division leaves a rest.
/// </summary>
internal sealed class RangePartitionAssignor : IPartitionAssignor
{
    public const string AssignorName = "range";

    public string Name => AssignorName;

    public IReadOnlyDictionary<string, PartitionAssignment> Assign(IReadOnlyList<AssignmentInput> members)
    {
        var given = new Dictionary<string, PartitionAssignmentBuilder>();
        var subscribers = new Dictionary<GroupTopic, List<string>>();
        foreach (var member in members.Order(Comparer<AssignmentInput>.Create(Compare)))
        {
            given.Add(member.MemberId, new PartitionAssignmentBuilder());
            foreach (var topic in member.Topics)
            {
                if (!subscribers.TryGetValue(topic, out var list))
                {
                    subscribers[topic] = list = [];
                }

                list.Add(member.MemberId);
            }
        }

        foreach (var (topic, memberIds) in subscribers)
        {
            var (quota, rest) = Math.DivRem(topic.PartitionCount, memberIds.Count);
            var next = 0;
            for (var i = 0; i < memberIds.Count; i++)
            {
                for (var end = next + quota + (i < rest ? 1 : 0); next < end; next++)
                {
                    given[memberIds[i]].Add(topic.Id, next);
                }
            }
        }

        return given.ToDictionary(member => member.Key, member => member.Value.Build());
    }

    /// <summary>Static members first, by name: their places survive a restart. Then the others, by id.</summary>
    private static int Compare(AssignmentInput left, AssignmentInput right)
    {
        if (left.InstanceId is not null && right.InstanceId is not null)
        {
            return string.CompareOrdinal(left.InstanceId, right.InstanceId);
        }

        return left.InstanceId is null && right.InstanceId is null
            ? string.CompareOrdinal(left.MemberId, right.MemberId)
            : left.InstanceId is null ? 1 : -1;
    }
}
