using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>Divides partitions among a group's members; runs at the member that the coordinator made leader.</summary>
internal interface IGroupAssignor
{
    /// <summary>The protocol name by which members of all clients agree on it.</summary>
    string Name { get; }

    /// <summary>Whether members keep what they have while the group rebalances (KIP-429).</summary>
    bool IsCooperative { get; }

    /// <summary>What a member says of itself beyond its topics.</summary>
    byte[]? UserData(int generation);

    /// <param name="members">Everybody in the group.</param>
    /// <param name="partitionCounts">Of each topic that exists.</param>
    /// <returns>An entry for each member.</returns>
    Dictionary<string, List<TopicPartition>> Assign(
        IReadOnlyList<GroupMember> members, IReadOnlyDictionary<string, int> partitionCounts);
}
