using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ConsumerGroupDescribe</b>, API key 69, versions 0-1 (KIP-848).</para>
/// <para>Behaviour: state, epochs and members of groups of the new protocol, with what each member has and what it is
/// to have. Another group is GROUP_ID_NOT_FOUND: tools then ask with DescribeGroups.</para>
/// <para>Versions: 1 the member's type (KIP-1099).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class ConsumerGroupDescribeHandler(GroupCoordinator coordinator, TopicCatalog topics)
    : TypedRequestHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>
{
    /// <summary>
    /// A member that speaks the classic protocol, in a group that is changing to the new one or back.
    /// </summary>
    private const sbyte ClassicMemberType = 0;

    /// <summary>A member that speaks the new protocol.</summary>
    private const sbyte ConsumerMemberType = 1;

    protected override ValueTask<ConsumerGroupDescribeResponse?> HandleAsync(
        ConsumerGroupDescribeRequest request, RequestContext context)
    {
        var response = new ConsumerGroupDescribeResponse();
        foreach (var groupId in request.GroupIds)
        {
            response.Groups.Add(Describe(groupId));
        }

        if (request.IncludeAuthorizedOperations)
        {
            foreach (var group in response.Groups.Where(static group => group.ErrorCode == ErrorCode.None))
            {
                group.AuthorizedOperations = AuthorizedOperations.Group;
            }
        }

        return new(response);
    }

    private ConsumerGroupDescribeResponse.DescribedGroup Describe(string groupId)
    {
        var described = new ConsumerGroupDescribeResponse.DescribedGroup { GroupId = groupId };
        var group = coordinator.Find(groupId);
        if (groupId.Length == 0)
        {
            described.ErrorCode = ErrorCode.InvalidGroupId;
            return described;
        }

        if (group?.DescribeConsumer() is not { } consumer)
        {
            described.ErrorCode = ErrorCode.GroupIdNotFound;
            described.ErrorMessage = group is null
                ? $"Group {groupId} not found."
                : $"Group {groupId} is not a consumer group.";
            return described;
        }

        described.GroupState = consumer.State.ToString();
        described.GroupEpoch = consumer.GroupEpoch;
        described.AssignmentEpoch = consumer.AssignmentEpoch;
        described.AssignorName = consumer.AssignorName;
        foreach (var member in consumer.Members)
        {
            described.Members.Add(Describe(member));
        }

        return described;
    }

    private ConsumerGroupDescribeResponse.Member Describe(ConsumerMember member) => new()
    {
        MemberId = member.MemberId,
        InstanceId = member.InstanceId,
        RackId = member.RackId,
        MemberEpoch = member.MemberEpoch,
        ClientId = member.ClientId,
        ClientHost = member.ClientHost,
        SubscribedTopicNames = [.. member.SubscribedTopics],
        SubscribedTopicRegex = member.SubscribedRegex ?? "",
        Assignment = Describe(member.Assigned),
        TargetAssignment = Describe(member.Target),
        MemberType = member.Classic is null ? ConsumerMemberType : ClassicMemberType,
    };

    /// <summary>Topics that were deleted meanwhile have no name any more, and are left out.</summary>
    private ConsumerGroupDescribeResponse.Assignment Describe(PartitionAssignment assignment)
    {
        var described = new ConsumerGroupDescribeResponse.Assignment();
        foreach (var (topicId, partitions) in assignment.Topics)
        {
            if (topics.Logs.FindTopic(topicId) is { } topic)
            {
                described.TopicPartitions.Add(new ConsumerGroupDescribeResponse.TopicPartitions
                {
                    TopicId = topicId,
                    TopicName = topic.Name,
                    Partitions = [.. partitions],
                });
            }
        }

        return described;
    }
}
