using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>OffsetForLeaderEpoch</b>, API key 23, versions 2-4.</para>
/// <para>Behaviour: where an epoch ended, so that a consumer notices when offsets it has read were lost in a crash and
/// given to other records (KIP-320).</para>
/// <para>Versions: 3 the replica id; 4 is flexible.</para>
/// <para>Deviations from Apache Kafka: the epoch rises with each start after a crash, not with elections.</para>
/// </summary>
internal sealed class OffsetForLeaderEpochHandler(TopicCatalog topics)
    : TypedRequestHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    protected override ValueTask<OffsetForLeaderEpochResponse?> HandleAsync(
        OffsetForLeaderEpochRequest request, RequestContext context)
    {
        var response = new OffsetForLeaderEpochResponse();
        foreach (var topic in request.Topics)
        {
            var answer = new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult { Topic = topic.Topic };
            foreach (var partition in topic.Partitions)
            {
                answer.Partitions.Add(Find(topic.Topic, partition));
            }

            response.Topics.Add(answer);
        }

        return new(response);
    }

    private OffsetForLeaderEpochResponse.EpochEndOffset Find(
        string topic, OffsetForLeaderEpochRequest.OffsetForLeaderPartition asked)
    {
        var answer = new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = asked.Partition };
        answer.ErrorCode = topics.Find(topic, asked.Partition, out var log);
        if (log is null)
        {
            return answer;
        }

        answer.ErrorCode = LeaderEpochCheck.Check(asked.CurrentLeaderEpoch, log.LeaderEpoch);
        if (answer.ErrorCode == ErrorCode.None)
        {
            var end = log.GetEpochEndOffset(asked.LeaderEpoch);
            answer.LeaderEpoch = end.LeaderEpoch;
            answer.EndOffset = end.EndOffset;
        }

        return answer;
    }
}
