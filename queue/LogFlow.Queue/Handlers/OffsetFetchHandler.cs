using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>OffsetFetch</b>, API key 9, versions 1-9.</para>
/// <para>Behaviour: the committed offsets that were asked for, -1 where there is none (an unknown group has none); a
/// null topic list asks for all that the group has. Where require_stable is set, an offset that an open transaction is
/// about to change is answered with UNSTABLE_OFFSET_COMMIT.</para>
/// <para>Versions: 2 null topics and a top-level error; 5 the leader epoch; 6 is flexible; 7 require_stable (KIP-447);
/// 8 several groups at once (KIP-709); 9 member id and epoch (KIP-848).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class OffsetFetchHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const long NoOffset = -1;

    protected override ValueTask<OffsetFetchResponse?> HandleAsync(OffsetFetchRequest request, RequestContext context)
    {
        var response = new OffsetFetchResponse();
        if (context.Version >= 8)
        {
            foreach (var asked in request.Groups)
            {
                response.Groups.Add(AnswerGroup(asked, request.RequireStable));
            }

            return new(response);
        }

        var group = coordinator.Find(request.GroupId);
        if (request.Topics is null)
        {
            AddAll(response.Topics, group, request.RequireStable);
            return new(response);
        }

        foreach (var topic in request.Topics)
        {
            var answer = new OffsetFetchResponse.OffsetFetchResponseTopic { Name = topic.Name };
            foreach (var partition in topic.PartitionIndexes)
            {
                answer.Partitions.Add(Answer(group, new(topic.Name, partition), request.RequireStable));
            }

            response.Topics.Add(answer);
        }

        return new(response);
    }

    private static void AddAll(
        List<OffsetFetchResponse.OffsetFetchResponseTopic> topics, Group? group, bool requiresStable)
    {
        foreach (var byTopic in (group?.GetOffsets() ?? []).GroupBy(offset => offset.Key.Topic))
        {
            var answer = new OffsetFetchResponse.OffsetFetchResponseTopic { Name = byTopic.Key };
            foreach (var (partition, _) in byTopic)
            {
                answer.Partitions.Add(Answer(group, partition, requiresStable));
            }

            topics.Add(answer);
        }
    }

    /// <summary>The offset as far as the caller may see it now.</summary>
    private static (ErrorCode Error, CommittedOffset? Offset) Find(
        Group? group, TopicPartition partition, bool requiresStable) =>
        requiresStable && group is not null && group.HasPendingOffset(partition)
            ? (ErrorCode.UnstableOffsetCommit, null)
            : (ErrorCode.None, group?.GetOffset(partition));

    private static OffsetFetchResponse.OffsetFetchResponsePartition Answer(
        Group? group, TopicPartition partition, bool requiresStable)
    {
        var (error, offset) = Find(group, partition, requiresStable);
        return new OffsetFetchResponse.OffsetFetchResponsePartition
        {
            PartitionIndex = partition.Partition,
            CommittedOffset = offset?.Offset ?? NoOffset,
            CommittedLeaderEpoch = offset?.LeaderEpoch ?? -1,
            Metadata = offset?.Metadata ?? "",
            ErrorCode = error,
        };
    }

    private OffsetFetchResponse.OffsetFetchResponseGroup AnswerGroup(
        OffsetFetchRequest.OffsetFetchRequestGroup asked, bool requiresStable)
    {
        var answer = new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = asked.GroupId };
        var group = coordinator.Find(asked.GroupId);
        answer.ErrorCode = group?.CheckFetch(asked.MemberId, asked.MemberEpoch) ?? ErrorCode.None;
        if (answer.ErrorCode != ErrorCode.None)
        {
            return answer;
        }

        if (asked.Topics is null)
        {
            foreach (var byTopic in (group?.GetOffsets() ?? []).GroupBy(offset => offset.Key.Topic))
            {
                var topic = new OffsetFetchResponse.OffsetFetchResponseTopics { Name = byTopic.Key };
                foreach (var (partition, _) in byTopic)
                {
                    topic.Partitions.Add(AnswerInGroup(group, partition, requiresStable));
                }

                answer.Topics.Add(topic);
            }

            return answer;
        }

        foreach (var askedTopic in asked.Topics)
        {
            var topic = new OffsetFetchResponse.OffsetFetchResponseTopics { Name = askedTopic.Name };
            foreach (var partition in askedTopic.PartitionIndexes)
            {
                topic.Partitions.Add(AnswerInGroup(group, new(askedTopic.Name, partition), requiresStable));
            }

            answer.Topics.Add(topic);
        }

        return answer;
    }

    private static OffsetFetchResponse.OffsetFetchResponsePartitions AnswerInGroup(
        Group? group, TopicPartition partition, bool requiresStable)
    {
        var (error, offset) = Find(group, partition, requiresStable);
        return new OffsetFetchResponse.OffsetFetchResponsePartitions
        {
            PartitionIndex = partition.Partition,
            CommittedOffset = offset?.Offset ?? NoOffset,
            CommittedLeaderEpoch = offset?.LeaderEpoch ?? -1,
            Metadata = offset?.Metadata ?? "",
            ErrorCode = error,
        };
    }
}
