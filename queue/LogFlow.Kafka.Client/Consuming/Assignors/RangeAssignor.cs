using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Kafka's <c>range</c>: each topic by itself, its partitions in contiguous ranges over its subscribers in order; the
/// first ones get one more where it does not come out even. Static members stand first, by instance id, so that their
/// ranges stay the same over restarts; the others by member id.
/// </summary>
internal sealed class RangeAssignor : IGroupAssignor
{
    public string Name => "range";

    public bool IsCooperative => false;

    public byte[]? UserData(int generation) => null;

    public Dictionary<string, List<TopicPartition>> Assign(
        IReadOnlyList<GroupMember> members, IReadOnlyDictionary<string, int> partitionCounts)
    {
        var assignment = members.ToDictionary(static member => member.MemberId, static _ => new List<TopicPartition>());
        var ordered = members
            .OrderBy(static member => member.GroupInstanceId is null)
            .ThenBy(static member => member.GroupInstanceId ?? member.MemberId, StringComparer.Ordinal)
            .ToList();
        foreach (var topic in members.SelectMany(static member => member.Topics).Distinct())
        {
            if (!partitionCounts.TryGetValue(topic, out var count))
            {
                continue;
            }

            var subscribers = ordered.FindAll(member => member.Topics.Contains(topic));
            var (size, extra) = Math.DivRem(count, subscribers.Count);
            var next = 0;
            for (var index = 0; index < subscribers.Count; index++)
            {
                var end = next + size + (index < extra ? 1 : 0);
                for (; next < end; next++)
                {
                    assignment[subscribers[index].MemberId].Add(new TopicPartition(topic, next));
                }
            }
        }

        return assignment;
    }
}
