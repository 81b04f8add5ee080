using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Groups;
using LogFlow.Queue.Requests;

namespace LogFlow.Queue.Handlers;

/// <summary>
/// <para><b>LeaveGroup</b>, API key 13, versions 0-5.</para>
/// <para>Behaviour: removes members at once instead of at the end of their sessions; the others rebalance.
/// Members of the new protocol leave with their heartbeat; an administrator may remove them with this.</para>
/// <para>Versions: 3 several members, static ones by instance id (KIP-345); 4 is flexible; 5 a reason.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class LeaveGroupHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    protected override async ValueTask<LeaveGroupResponse?> HandleAsync(
        LeaveGroupRequest request, RequestContext context)
    {
        var response = new LeaveGroupResponse();
        if (request.GroupId.Length == 0)
        {
            response.ErrorCode = ErrorCode.InvalidGroupId;
            return response;
        }

        var group = coordinator.Find(request.GroupId);
        if (context.Version < 3)
        {
            response.ErrorCode = group?.Leave(request.MemberId, null, "a member leaves") ?? ErrorCode.UnknownMemberId;
            return response;
        }

        foreach (var member in request.Members)
        {
            response.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ErrorCode = group?.Consumer is { } consumer
                    ? await consumer.RemoveAsync(member.MemberId, member.GroupInstanceId)
                    : group?.Leave(member.MemberId, member.GroupInstanceId, member.Reason ?? "a member leaves")
                        ?? ErrorCode.UnknownMemberId,
            });
        }

        return response;
    }
}
