using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>OffsetDelete</b>, API key 47, version 0.</para>
/// <para>Behaviour: forgets committed offsets of topics that no member of the group reads
/// (GROUP_SUBSCRIBED_TO_TOPIC otherwise); answered when that is on disk (KIP-496).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class OffsetDeleteHandler(GroupCoordinator coordinator, TopicCatalog topics)
    : TypedRequestHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    protected override async ValueTask<OffsetDeleteResponse?> HandleAsync(
        OffsetDeleteRequest request, RequestContext context)
    {
        var response = new OffsetDeleteResponse();
        if (coordinator.Find(request.GroupId) is not { } group)
        {
            response.ErrorCode = ErrorCode.GroupIdNotFound;
            return response;
        }

        var deleted = new HashSet<TopicPartition>();
        foreach (var topic in request.Topics)
        {
            var answer = new OffsetDeleteResponse.OffsetDeleteResponseTopic { Name = topic.Name };
            response.Topics.Add(answer);
            var isSubscribed = group.IsSubscribedTo(topic.Name);
            foreach (var partition in topic.Partitions)
            {
                var error = !topics.Contains(topic.Name, partition.PartitionIndex) ? ErrorCode.UnknownTopicOrPartition
                    : isSubscribed ? ErrorCode.GroupSubscribedToTopic
                    : ErrorCode.None;
                if (error == ErrorCode.None)
                {
                    deleted.Add(new TopicPartition(topic.Name, partition.PartitionIndex));
                }

                answer.Partitions.Add(new OffsetDeleteResponse.OffsetDeleteResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = error,
                });
            }
        }

        response.ErrorCode = await group.ForgetOffsetsAsync((partition, _) => deleted.Contains(partition));
        if (response.ErrorCode != ErrorCode.None)
        {
            response.Topics.Clear();
        }

        return response;
    }
}
