using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeGroups</b>, API key 15, versions 0-6.</para>
/// <para>Behaviour: state, protocol and members of groups. Metadata and assignments are shown while they are agreed on
/// (stable group), as in Kafka. An unknown group, and one of the new
/// protocol, is Dead (0-5) or GROUP_ID_NOT_FOUND (6, KIP-1043).</para>
/// <para>Versions: 3 authorized operations; 4 static members; 5 is flexible; 6 an error message.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeGroupsHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    protected override ValueTask<DescribeGroupsResponse?> HandleAsync(
        DescribeGroupsRequest request, RequestContext context)
    {
        var response = new DescribeGroupsResponse();
        foreach (var groupId in request.Groups)
        {
            var group = coordinator.Find(groupId);
            response.Groups.Add(
                group is null ? Unknown(groupId, context.Version, $"Group {groupId} not found.")
                : group.DescribeClassic() is { } classic ? Describe(classic)
                : Unknown(groupId, context.Version, $"Group {groupId} is not a classic group."));
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

    private static DescribeGroupsResponse.DescribedGroup Unknown(string groupId, short version, string reason) => new()
    {
        GroupId = groupId,
        GroupState = nameof(GroupState.Dead),
        ProtocolType = "",
        ProtocolData = "",
        ErrorCode = version >= 6 ? ErrorCode.GroupIdNotFound : ErrorCode.None,
        ErrorMessage = version >= 6 ? reason : null,
    };

    private static DescribeGroupsResponse.DescribedGroup Describe(GroupSnapshot group)
    {
        var isStable = group.State == GroupState.Stable;
        var described = new DescribeGroupsResponse.DescribedGroup
        {
            GroupId = group.GroupId,
            GroupState = group.State.ToString(),
            ProtocolType = group.ProtocolType ?? "",
            ProtocolData = isStable ? group.ProtocolName ?? "" : "",
        };
        foreach (var member in group.Members)
        {
            described.Members.Add(new DescribeGroupsResponse.DescribedGroupMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                MemberMetadata = isStable ? member.MetadataFor(group.ProtocolName) : [],
                MemberAssignment = isStable ? member.Assignment : [],
            });
        }

        return described;
    }
}
