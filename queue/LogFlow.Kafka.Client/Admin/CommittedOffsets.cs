using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>Reads a group's committed offsets.</summary>
internal static class CommittedOffsets
{
    /// <summary>
    /// The offsets of the partitions given, or of all when null; those without a commit are not in the result.
    /// </summary>
    /// <exception cref="KafkaException">The group may not be read.</exception>
    public static async Task<Dictionary<TopicPartition, long>> FetchAsync(
        KafkaClient client,
        string groupId,
        IReadOnlyCollection<TopicPartition>? partitions,
        bool requireStable,
        CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<OffsetFetchRequest, OffsetFetchResponse>(
            BrokerTarget.CoordinatorOf(groupId),
            _ => Build(groupId, partitions, requireStable),
            static response => Verdict(response),
            cancellationToken);
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var (partition, offset, error) in Answers(response))
        {
            if (error != ErrorCode.None)
            {
                throw new KafkaException(
                    error, $"The offset of {partition} in group '{groupId}' cannot be read: {error}.");
            }

            if (offset >= 0)
            {
                offsets[partition] = offset;
            }
        }

        return Verdict(response) is var verdict && verdict != ErrorCode.None
            ? throw new KafkaException(verdict, $"The offsets of group '{groupId}' cannot be read: {verdict}.")
            : offsets;
    }

    /// <summary>Both forms are filled in: up to version 7 one group, from version 8 on a list of groups.</summary>
    private static OffsetFetchRequest Build(
        string groupId, IReadOnlyCollection<TopicPartition>? partitions, bool requireStable)
    {
        var topics = partitions?.GroupBy(static partition => partition.Topic, static partition => partition.Partition);
        return new OffsetFetchRequest
        {
            GroupId = groupId,
            Topics = topics?.Select(static topic => new OffsetFetchRequest.OffsetFetchRequestTopic
            {
                Name = topic.Key,
                PartitionIndexes = [.. topic],
            }).ToList(),
            Groups =
            [
                new OffsetFetchRequest.OffsetFetchRequestGroup
                {
                    GroupId = groupId,
                    Topics = topics?.Select(static topic => new OffsetFetchRequest.OffsetFetchRequestTopics
                    {
                        Name = topic.Key,
                        PartitionIndexes = [.. topic],
                    }).ToList(),
                },
            ],
            RequireStable = requireStable,
        };
    }

    private static ErrorCode Verdict(OffsetFetchResponse response)
    {
        var whole = response.Groups is [var group, ..] ? group.ErrorCode : response.ErrorCode;
        if (whole != ErrorCode.None)
        {
            return whole;
        }

        return Answers(response)
            .Select(static answer => answer.Error)
            .FirstOrDefault(static error => error.IsRetriable());
    }

    private static IEnumerable<(TopicPartition Partition, long Offset, ErrorCode Error)> Answers(
        OffsetFetchResponse response)
    {
        foreach (var topic in response.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                yield return (
                    new TopicPartition(topic.Name, partition.PartitionIndex),
                    partition.CommittedOffset,
                    partition.ErrorCode);
            }
        }

        foreach (var topic in response.Groups.SelectMany(static group => group.Topics))
        {
            foreach (var partition in topic.Partitions)
            {
                yield return (
                    new TopicPartition(topic.Name, partition.PartitionIndex),
                    partition.CommittedOffset,
                    partition.ErrorCode);
            }
        }
    }
}
