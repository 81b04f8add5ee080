using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Kafka's <c>cooperative-sticky</c> (KIP-429, KIP-341): every member keeps what it has as far as balance allows, and
/// a partition that moves is withheld for one round, in which its owner gives it up. Members of the Java client take
/// part: subscription and user data are theirs. The division itself may differ from Java's where several are balanced,
/// which does not matter, as the leader decides alone.
/// </summary>
internal sealed class CooperativeStickyAssignor : IGroupAssignor
{
    public string Name => "cooperative-sticky";

    public bool IsCooperative => true;

    /// <summary>The generation as int32: what Java members of before subscription version 2 read.</summary>
    public byte[]? UserData(int generation)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, generation);
        return bytes;
    }

    public Dictionary<string, List<TopicPartition>> Assign(
        IReadOnlyList<GroupMember> members, IReadOnlyDictionary<string, int> partitionCounts)
    {
        var subscribers = Subscribers(members, partitionCounts);
        var owners = Owners(members, subscribers);
        var loads = members.ToDictionary(static member => member.MemberId, static _ => new List<TopicPartition>());
        var unassigned = new List<TopicPartition>();
        foreach (var partition in subscribers.Keys.Order(TopicPartitionOrder.Instance))
        {
            if (owners.TryGetValue(partition, out var owner))
            {
                loads[owner].Add(partition);
            }
            else
            {
                unassigned.Add(partition);
            }
        }

        // The fewer members a partition may go to, the sooner it chooses.
        foreach (var partition in unassigned.OrderBy(partition => subscribers[partition].Count))
        {
            loads[LeastLoaded(subscribers[partition], loads)].Add(partition);
        }

        Balance(loads, subscribers);
        foreach (var (member, partitions) in loads)
        {
            partitions.RemoveAll(partition => owners.TryGetValue(partition, out var owner) && owner != member);
        }

        return loads;
    }

    private static Dictionary<TopicPartition, List<string>> Subscribers(
        IReadOnlyList<GroupMember> members, IReadOnlyDictionary<string, int> partitionCounts)
    {
        var subscribers = new Dictionary<TopicPartition, List<string>>();
        foreach (var member in members.OrderBy(static member => member.MemberId, StringComparer.Ordinal))
        {
            foreach (var topic in member.Topics.Distinct())
            {
                var count = partitionCounts.GetValueOrDefault(topic);
                for (var index = 0; index < count; index++)
                {
                    var partition = new TopicPartition(topic, index);
                    if (!subscribers.TryGetValue(partition, out var list))
                    {
                        subscribers[partition] = list = [];
                    }

                    list.Add(member.MemberId);
                }
            }
        }

        return subscribers;
    }

    /// <summary>
    /// Who has what. Where two claim a partition, the later generation holds; with the same one neither can be believed
    /// (KAFKA-12984), and the partition counts as free.
    /// </summary>
    private static Dictionary<TopicPartition, string> Owners(
        IReadOnlyList<GroupMember> members, Dictionary<TopicPartition, List<string>> subscribers)
    {
        var claims = new Dictionary<TopicPartition, (string? Member, int Generation)>();
        foreach (var member in members)
        {
            foreach (var partition in member.Owned)
            {
                if (!subscribers.TryGetValue(partition, out var allowed) || !allowed.Contains(member.MemberId))
                {
                    continue;
                }

                if (!claims.TryGetValue(partition, out var claim) || member.Generation > claim.Generation)
                {
                    claims[partition] = (member.MemberId, member.Generation);
                }
                else if (member.Generation == claim.Generation)
                {
                    claims[partition] = (null, claim.Generation);
                }
            }
        }

        return claims
            .Where(static claim => claim.Value.Member is not null)
            .ToDictionary(static claim => claim.Key, static claim => claim.Value.Member!);
    }

    /// <summary>
    /// Moves single partitions from members that have at least two more than another that could take them. Each move
    /// lowers the sum of squared loads, so this ends.
    /// </summary>
    private static void Balance(
        Dictionary<string, List<TopicPartition>> loads, Dictionary<TopicPartition, List<string>> subscribers)
    {
        var moved = true;
        while (moved)
        {
            moved = false;
            foreach (var (member, partitions) in loads.OrderByDescending(static load => load.Value.Count).ToList())
            {
                for (var index = partitions.Count - 1; index >= 0; index--)
                {
                    var target = LeastLoaded(subscribers[partitions[index]], loads);
                    if (loads[target].Count + 1 < partitions.Count && target != member)
                    {
                        loads[target].Add(partitions[index]);
                        partitions.RemoveAt(index);
                        moved = true;
                    }
                }
            }
        }
    }

    private static string LeastLoaded(List<string> candidates, Dictionary<string, List<TopicPartition>> loads) =>
        candidates.MinBy(candidate => loads[candidate].Count)!;

    private sealed class TopicPartitionOrder : IComparer<TopicPartition>
    {
        public static TopicPartitionOrder Instance { get; } = new();

        public int Compare(TopicPartition x, TopicPartition y)
        {
            var byTopic = string.CompareOrdinal(x.Topic, y.Topic);
            return byTopic != 0 ? byTopic : x.Partition.CompareTo(y.Partition);
        }
    }
}
