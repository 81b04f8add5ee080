using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>OffsetCommit</b>, API key 8, versions 2-9.</para>
/// <para>Behaviour: answered when the offsets are on disk (fdatasync). The text that comes with an offset is kept and
/// returned unchanged, up to offset.metadata.max.bytes. A consumer without a group membership commits with generation
/// -1, which the group refuses while it has members.</para>
/// <para>Versions: 5 drops the retention time (ignored in 2-4); 6 the leader epoch; 7 static members; 8 is flexible;
/// 9 names a generation "or member epoch" (KIP-848), and answers GROUP_ID_NOT_FOUND.</para>
/// <para>Deviations from Apache Kafka: retention_time_ms of versions 2-4 is ignored; offsets.retention.minutes
/// decides.</para>
/// </summary>
internal sealed class OffsetCommitHandler(GroupCoordinator coordinator, TopicCatalog topics, TimeProvider time)
    : TypedRequestHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    private const short FirstVersionWithEpochs = 9;

    protected override async ValueTask<OffsetCommitResponse?> HandleAsync(
        OffsetCommitRequest request, RequestContext context)
    {
        var accepted = new List<KeyValuePair<TopicPartition, CommittedOffset>>();
        var answers = new List<OffsetCommitResponse.OffsetCommitResponsePartition>();
        var response = Prepare(request, accepted, answers);
        var error = await coordinator.CommitAsync(
            request.GroupId,
            request.MemberId,
            request.GroupInstanceId,
            request.GenerationIdOrMemberEpoch,
            accepted,
            knowsEpochs: context.Version >= FirstVersionWithEpochs);
        if (error == ErrorCode.IllegalGeneration && context.Version >= FirstVersionWithEpochs
            && coordinator.Find(request.GroupId) is null)
        {
            error = ErrorCode.GroupIdNotFound;
        }

        foreach (var answer in answers)
        {
            answer.ErrorCode = error;
        }

        return response;
    }

    /// <summary>Checks each partition; those that may be committed have their answer still open.</summary>
    private OffsetCommitResponse Prepare(
        OffsetCommitRequest request,
        List<KeyValuePair<TopicPartition, CommittedOffset>> accepted,
        List<OffsetCommitResponse.OffsetCommitResponsePartition> answers)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var response = new OffsetCommitResponse();
        foreach (var topic in request.Topics)
        {
            var answerTopic = new OffsetCommitResponse.OffsetCommitResponseTopic { Name = topic.Name };
            response.Topics.Add(answerTopic);
            foreach (var partition in topic.Partitions)
            {
                var answer = new OffsetCommitResponse.OffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = topics.Contains(topic.Name, partition.PartitionIndex)
                        ? coordinator.CheckMetadata(partition.CommittedMetadata)
                        : ErrorCode.UnknownTopicOrPartition,
                };
                answerTopic.Partitions.Add(answer);
                if (answer.ErrorCode == ErrorCode.None)
                {
                    answers.Add(answer);
                    accepted.Add(new(
                        new TopicPartition(topic.Name, partition.PartitionIndex),
                        new CommittedOffset(
                            partition.CommittedOffset,
                            partition.CommittedLeaderEpoch,
                            partition.CommittedMetadata ?? "",
                            now)));
                }
            }
        }

        return response;
    }
}
