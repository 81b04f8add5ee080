using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Looks offsets up by time: one request for all partitions that one broker leads, and again for those that have
/// another leader meanwhile.
/// </summary>
internal sealed class OffsetQuery(KafkaClient client, long timestampMs, IsolationLevel isolationLevel)
{
    /// <summary>A partition whose leader metadata does not tell.</summary>
    private const int NoLeader = -1;

    /// <summary>Waits until the leader answers.</summary>
    /// <exception cref="KafkaException">The topic may not be read.</exception>
    public async Task<ListedOffset> FindAsync(TopicPartition partition, CancellationToken cancellationToken) =>
        (await FindAsync([partition], cancellationToken))[partition];

    /// <summary>Waits until every leader has answered.</summary>
    /// <exception cref="KafkaException">A topic may not be read.</exception>
    public async Task<Dictionary<TopicPartition, ListedOffset>> FindAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var found = new Dictionary<TopicPartition, ListedOffset>(partitions.Count);
        var left = partitions.Distinct().ToList();
        for (var attempt = 1; left.Count > 0; attempt++)
        {
            if (attempt > 1)
            {
                left.ForEach(partition => client.InvalidateTopic(partition.Topic));
                await client.BackOffAsync(attempt - 1, cancellationToken);
            }

            var leaders = new Dictionary<(int Broker, string? Topic), List<TopicPartition>>();
            foreach (var partition in left)
            {
                // Without a leader each topic waits, or fails, for itself.
                var broker = await FindLeaderAsync(partition, cancellationToken);
                var key = (broker, broker == NoLeader ? partition.Topic : null);
                (leaders.TryGetValue(key, out var led) ? led : leaders[key] = []).Add(partition);
            }

            var answers = await Task.WhenAll(leaders.Values.Select(led => AskAsync(led, cancellationToken)));
            foreach (var answer in answers)
            {
                Take(answer, found);
            }

            left.RemoveAll(found.ContainsKey);
        }

        return found;
    }

    private async ValueTask<int> FindLeaderAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        var topic = await client.GetTopicAsync(partition.Topic, allowAutoCreate: false, cancellationToken);
        return topic.Error == ErrorCode.None
            && partition.Partition >= 0 && partition.Partition < topic.Partitions.Count
                ? topic.Partitions[partition.Partition].LeaderId
                : NoLeader;
    }

    private Task<ListOffsetsResponse> AskAsync(List<TopicPartition> led, CancellationToken cancellationToken) =>
        client.SendUntilAnsweredAsync<ListOffsetsRequest, ListOffsetsResponse>(
            BrokerTarget.LeaderOf(led[0]),
            _ => new ListOffsetsRequest
            {
                ReplicaId = -1,
                IsolationLevel = (sbyte)isolationLevel,
                Topics =
                [
                    .. led.GroupBy(static partition => partition.Topic).Select(topic =>
                        new ListOffsetsRequest.ListOffsetsTopic
                        {
                            Name = topic.Key,
                            Partitions =
                            [
                                .. topic.Select(partition => new ListOffsetsRequest.ListOffsetsPartition
                                {
                                    PartitionIndex = partition.Partition,
                                    Timestamp = timestampMs,
                                }),
                            ],
                        }),
                ],
                TimeoutMs = (int)client.Options.RequestTimeout.TotalMilliseconds,
            },
            static _ => ErrorCode.None,
            cancellationToken);

    /// <summary>What can be better the next time is left out.</summary>
    private static void Take(ListOffsetsResponse response, Dictionary<TopicPartition, ListedOffset> found)
    {
        foreach (var topic in response.Topics)
        {
            foreach (var answer in topic.Partitions)
            {
                var partition = new TopicPartition(topic.Name, answer.PartitionIndex);
                if (answer.ErrorCode == ErrorCode.None)
                {
                    found[partition] = new ListedOffset(answer.Offset, answer.Timestamp);
                }
                else if (!answer.ErrorCode.IsRetriable())
                {
                    throw new KafkaException(
                        answer.ErrorCode, $"The offsets of {partition} cannot be read: {answer.ErrorCode}.");
                }
            }
        }
    }
}
