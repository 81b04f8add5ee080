using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>One topic as the cluster describes it; immutable.</summary>
public sealed class TopicMetadata
{
    internal TopicMetadata(
        string name, Guid topicId, ErrorCode error, PartitionMetadata[] partitions, long fetchedAt)
    {
        Name = name;
        TopicId = topicId;
        Error = error;
        Partitions = partitions;
        FetchedAt = fetchedAt;
    }

    public string Name { get; }

    /// <summary>The UUID made with the topic; empty where the broker is older than Kafka 2.8.</summary>
    public Guid TopicId { get; }

    /// <summary>None, or why the topic cannot be used (unknown, not authorised, invalid name).</summary>
    public ErrorCode Error { get; }

    /// <summary>Ordered by index, without gaps; empty when <see cref="Error"/> is set.</summary>
    public IReadOnlyList<PartitionMetadata> Partitions { get; }

    /// <summary>Timestamp of the client's TimeProvider.</summary>
    internal long FetchedAt { get; }
}
