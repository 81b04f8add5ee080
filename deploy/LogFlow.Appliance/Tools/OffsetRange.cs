using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>What a partition holds.</summary>
/// <param name="Earliest">Offset of the first record.</param>
/// <param name="Latest">Offset that the next record will have.</param>
internal readonly record struct OffsetRange(long Earliest, long Latest)
{
    /// <summary>How many offsets there are; compaction and transactions may have left fewer records.</summary>
    public long Count => Latest - Earliest;

    /// <summary>The nearest offset that can be read from.</summary>
    public long Clamp(Int128 offset) => (long)Int128.Clamp(offset, Earliest, Latest);

    /// <summary>The ranges of partitions that have a leader; others are left out.</summary>
    public static async Task<Dictionary<TopicPartition, OffsetRange>> FindAsync(
        ToolSession session,
        IEnumerable<TopicMetadata> topics,
        CancellationToken cancellationToken,
        IsolationLevel isolationLevel = IsolationLevel.ReadUncommitted)
    {
        var partitions = topics
            .SelectMany(static topic => topic.Partitions
                .Where(static partition => partition.LeaderId >= 0)
                .Select(partition => new TopicPartition(topic.Name, partition.Index)))
            .ToList();
        var earliest = await session.Admin.ListOffsetsAsync(
            partitions, ListedOffset.Earliest, cancellationToken, isolationLevel);
        var latest = await session.Admin.ListOffsetsAsync(
            partitions, ListedOffset.Latest, cancellationToken, isolationLevel);
        return partitions.ToDictionary(
            static partition => partition,
            partition => new OffsetRange(earliest[partition].Offset, latest[partition].Offset));
    }
}
