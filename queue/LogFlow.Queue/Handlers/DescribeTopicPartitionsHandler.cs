using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeTopicPartitions</b>, API key 75, version 0.</para>
/// <para>Behaviour: partitions of topics in the order of their names, as many as asked for at most; the cursor says
/// where to go on (KIP-966).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeTopicPartitionsHandler(TopicCatalog topics, NodeIdentity node)
    : TypedRequestHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>
{
    /// <summary>Kafka <c>max.request.partition.size.limit</c>.</summary>
    private const int PartitionsMax = 2000;

    protected override ValueTask<DescribeTopicPartitionsResponse?> HandleAsync(
        DescribeTopicPartitionsRequest request, RequestContext context)
    {
        var response = new DescribeTopicPartitionsResponse();
        var cursor = request.Cursor;
        var names = request.Topics.Count > 0
            ? request.Topics.Select(topic => topic.Name)
            : topics.Logs.Topics.Select(topic => topic.Name);
        var left = Math.Clamp(request.ResponsePartitionLimit, 1, PartitionsMax);
        foreach (var name in new SortedSet<string>(names, StringComparer.Ordinal))
        {
            var first = cursor?.TopicName == name ? cursor.PartitionIndex : 0;
            if (cursor is not null && string.CompareOrdinal(name, cursor.TopicName) < 0)
            {
                continue;
            }

            if (left <= 0)
            {
                response.NextCursor = new DescribeTopicPartitionsResponse.Cursor
                {
                    TopicName = name,
                    PartitionIndex = first,
                };
                break;
            }

            left -= Add(response, name, first, left);
            if (response.NextCursor is not null)
            {
                break;
            }
        }

        return new(response);
    }

    private int Add(DescribeTopicPartitionsResponse response, string name, int first, int limit)
    {
        if (topics.Logs.FindTopic(name) is not { } topic)
        {
            response.Topics.Add(new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
            {
                Name = name,
                ErrorCode = TopicCatalog.IsValidName(name)
                    ? ErrorCode.UnknownTopicOrPartition
                    : ErrorCode.InvalidTopicException,
                TopicAuthorizedOperations = AuthorizedOperations.Topic,
            });
            return 0;
        }

        var described = new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
        {
            Name = name,
            TopicId = topic.Id,
            TopicAuthorizedOperations = AuthorizedOperations.Topic,
        };
        response.Topics.Add(described);
        for (var index = Math.Max(first, 0); index < topic.Partitions.Count; index++)
        {
            if (described.Partitions.Count == limit)
            {
                response.NextCursor = new DescribeTopicPartitionsResponse.Cursor
                {
                    TopicName = name,
                    PartitionIndex = index,
                };
                break;
            }

            var partition = topic.Partitions[index];
            described.Partitions.Add(new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition
            {
                PartitionIndex = index,
                LeaderId = node.NodeId,
                LeaderEpoch = partition.LeaderEpoch,
                ReplicaNodes = [node.NodeId],
                IsrNodes = [node.NodeId],
                EligibleLeaderReplicas = [],
                LastKnownElr = [],
                OfflineReplicas = partition.IsOffline ? [node.NodeId] : [],
            });
        }

        return described.Partitions.Count;
    }
}
