using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>A member as it describes itself to the leader.</summary>
/// <param name="MemberId">Given by the coordinator.</param>
/// <param name="GroupInstanceId">Its lasting name, if it has one.</param>
/// <param name="Topics">What it subscribes to.</param>
/// <param name="Owned">What it has now, by its own account.</param>
/// <param name="Generation">When it was given that; −1 where it does not say.</param>
internal sealed record GroupMember(
    string MemberId,
    string? GroupInstanceId,
    IReadOnlyList<string> Topics,
    IReadOnlyList<TopicPartition> Owned,
    int Generation)
{
    private const int GenerationInSubscriptionFrom = 2;

    /// <exception cref="ProtocolViolationException">The member does not speak the consumer protocol.</exception>
    public static GroupMember Read(JoinGroupResponse.JoinGroupResponseMember member)
    {
        var subscription = ConsumerProtocol.ReadSubscription(member.Metadata);
        var generation = subscription.GenerationId;
        var version = new KafkaReader(member.Metadata).ReadInt16();

        // Before version 2 of the subscription, cooperative-sticky put the generation into its user data.
        if (version < GenerationInSubscriptionFrom && subscription.UserData is { Length: sizeof(int) } userData)
        {
            generation = new KafkaReader(userData).ReadInt32();
        }

        var owned = subscription.OwnedPartitions
            .SelectMany(static topic => topic.Partitions.Select(index => new TopicPartition(topic.Topic, index)))
            .ToList();
        return new GroupMember(member.MemberId, member.GroupInstanceId, subscription.Topics, owned, generation);
    }
}
