using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// Translates between what members of the classic protocol tell each other, topics by name in bytes of their own, and
/// the sets of partitions by topic id of the new one.
/// </summary>
internal static class ClassicAssignments
{
    /// <summary>Partitions of topics that are no more have no name, and are left out.</summary>
    /// <param name="partitions">What the member has.</param>
    /// <param name="topics">The topics that exist.</param>
    /// <param name="subscription">What the member said: it is answered in the same version.</param>
    public static byte[] Serialize(PartitionAssignment partitions, IGroupTopics topics, ReadOnlySpan<byte> subscription)
    {
        var assignment = new ConsumerProtocolAssignment();
        foreach (var (topicId, numbers) in partitions.Topics)
        {
            if (topics.Find(topicId) is { } topic)
            {
                assignment.AssignedPartitions.Add(new ConsumerProtocolAssignment.TopicPartition
                {
                    Topic = topic.Name,
                    Partitions = [.. numbers],
                });
            }
        }

        var version = subscription.Length < sizeof(short)
            ? (short)0
            : System.Buffers.Binary.BinaryPrimitives.ReadInt16BigEndian(subscription);
        return ConsumerProtocol.Serialize(
            assignment, short.Clamp(version, 0, ConsumerProtocolAssignment.MaxVersion));
    }

    /// <exception cref="ProtocolViolationException">The bytes are no assignment.</exception>
    public static PartitionAssignment Read(
        ReadOnlyMemory<byte> bytes, IGroupTopics topics, out bool hasUserData)
    {
        var assignment = ConsumerProtocol.ReadAssignment(bytes);
        hasUserData = assignment.UserData is { IsEmpty: false };
        return Create(
            assignment.AssignedPartitions.Select(topic => (topic.Topic, (IEnumerable<int>)topic.Partitions)), topics);
    }

    /// <summary>What a member says that it owns.</summary>
    public static PartitionAssignment Owned(ConsumerProtocolSubscription subscription, IGroupTopics topics) => Create(
        subscription.OwnedPartitions.Select(topic => (topic.Topic, (IEnumerable<int>)topic.Partitions)), topics);

    private static PartitionAssignment Create(
        IEnumerable<(string Topic, IEnumerable<int> Partitions)> partitions, IGroupTopics topics)
    {
        var found = new List<KeyValuePair<Guid, IEnumerable<int>>>();
        foreach (var (name, numbers) in partitions)
        {
            if (topics.Find(name) is { } topic)
            {
                found.Add(new(topic.Id, numbers));
            }
        }

        return PartitionAssignment.Create(found);
    }
}
