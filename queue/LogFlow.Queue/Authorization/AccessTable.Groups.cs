using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>Consumer groups.</content>
internal sealed partial class AccessTable
{
    private const short FirstJoinWithNullProtocol = 7;

    private void AddGroups()
    {
        const AclResourceType group = AclResourceType.Group;
        Add(new ApiGuard<JoinGroupRequest, JoinGroupResponse>(
            "Read Group",
            static (request, access, version) => access.May(AclOperation.Read, group, request.GroupId)
                ? default
                : Admission<JoinGroupResponse>.Refused(new()
                {
                    ErrorCode = ErrorCode.GroupAuthorizationFailed,
                    ProtocolName = version >= FirstJoinWithNullProtocol ? null : "",
                })));
        Add(GuardKind.Whole<SyncGroupRequest, SyncGroupResponse>(
            AclOperation.Read, group, static request => request.GroupId,
            static (_, error) => new() { ErrorCode = error }));
        Add(GuardKind.Whole<HeartbeatRequest, HeartbeatResponse>(
            AclOperation.Read, group, static request => request.GroupId,
            static (_, error) => new() { ErrorCode = error }));
        Add(GuardKind.Whole<LeaveGroupRequest, LeaveGroupResponse>(
            AclOperation.Read, group, static request => request.GroupId,
            static (_, error) => new() { ErrorCode = error }));
        Add(new ApiGuard<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            "Read Group; Describe Topic of each subscribed", AdmitHeartbeat));
        Add(GuardKind.Each<DeleteGroupsRequest, DeleteGroupsResponse, string>(
            AclOperation.Delete, group, static request => request.GroupsNames, static name => name,
            static (answer, name, error) => answer.Results.Add(new() { GroupId = name, ErrorCode = error })));
        AddGroupListings();
        AddOffsets();
    }

    private static Admission<ConsumerGroupHeartbeatResponse> AdmitHeartbeat(
        ConsumerGroupHeartbeatRequest request, RequestAccess access, short version)
    {
        if (!access.May(AclOperation.Read, AclResourceType.Group, request.GroupId))
        {
            return Refuse(ErrorCode.GroupAuthorizationFailed);
        }

        return request.SubscribedTopicNames?.TrueForAll(
            topic => access.May(AclOperation.Describe, AclResourceType.Topic, topic)) == false
            ? Refuse(ErrorCode.TopicAuthorizationFailed)
            : default;

        static Admission<ConsumerGroupHeartbeatResponse> Refuse(ErrorCode error) =>
            Admission<ConsumerGroupHeartbeatResponse>.Refused(new() { ErrorCode = error });
    }

    private void AddGroupListings()
    {
        Add(new ApiGuard<ListGroupsRequest, ListGroupsResponse>(
            "Describe Cluster to see all, else Describe Group of each",
            static (_, access, _) => Admission<ListGroupsResponse>.Then(answer =>
            {
                if (!access.MayQuietlyInCluster(AclOperation.Describe))
                {
                    answer.Groups.RemoveAll(group =>
                        !access.MayQuietly(AclOperation.Describe, AclResourceType.Group, group.GroupId));
                }
            })));
        Add(new ApiGuard<DescribeGroupsRequest, DescribeGroupsResponse>(
            "Describe Group of each", AdmitDescribeGroups));
        Add(new ApiGuard<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
            "Describe Group of each; Describe Topic of each that its members read", AdmitConsumerGroupDescribe));
    }

    private static Admission<DescribeGroupsResponse> AdmitDescribeGroups(
        DescribeGroupsRequest request, RequestAccess access, short version)
    {
        var refused = GuardKind.TakeRefused(
            request.Groups, group => access.May(AclOperation.Describe, AclResourceType.Group, group));
        return Admission<DescribeGroupsResponse>.Then(answer =>
        {
            foreach (var group in answer.Groups)
            {
                group.AuthorizedOperations = NarrowGroup(group.AuthorizedOperations, group.GroupId, access);
            }

            answer.Groups.AddRange(refused.Select(static name => new DescribeGroupsResponse.DescribedGroup
            {
                GroupId = name,
                ErrorCode = ErrorCode.GroupAuthorizationFailed,
            }));
        });
    }

    private static int NarrowGroup(int operations, string group, RequestAccess access) =>
        operations == AuthorizedOperations.NotRequested
            ? operations
            : access.Narrow(operations, AclResourceType.Group, group);

    private static Admission<ConsumerGroupDescribeResponse> AdmitConsumerGroupDescribe(
        ConsumerGroupDescribeRequest request, RequestAccess access, short version)
    {
        var refused = GuardKind.TakeRefused(
            request.GroupIds, group => access.May(AclOperation.Describe, AclResourceType.Group, group));
        return Admission<ConsumerGroupDescribeResponse>.Then(answer =>
        {
            for (var i = 0; i < answer.Groups.Count; i++)
            {
                var group = answer.Groups[i];
                if (ShowsHiddenTopic(group, access))
                {
                    answer.Groups[i] = new()
                    {
                        GroupId = group.GroupId,
                        ErrorCode = ErrorCode.TopicAuthorizationFailed,
                        ErrorMessage = "The group has described topic(s) that the client is not authorized to "
                            + "describe.",
                    };
                    continue;
                }

                group.AuthorizedOperations = NarrowGroup(group.AuthorizedOperations, group.GroupId, access);
            }

            answer.Groups.AddRange(refused.Select(static name => new ConsumerGroupDescribeResponse.DescribedGroup
            {
                GroupId = name,
                ErrorCode = ErrorCode.GroupAuthorizationFailed,
            }));
        });
    }

    private static bool ShowsHiddenTopic(ConsumerGroupDescribeResponse.DescribedGroup group, RequestAccess access) =>
        group.Members
            .SelectMany(static member => member.Assignment.TopicPartitions
                .Concat(member.TargetAssignment.TopicPartitions).Select(static topic => topic.TopicName)
                .Concat(member.SubscribedTopicNames))
            .Distinct()
            .Any(topic => !access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, topic));
}
