using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

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

        LeavingMember[] leaving = context.Version < 3
            ? [new LeavingMember(request.MemberId, null, "a member leaves")]
            : [.. request.Members.Select(member => new LeavingMember(
                member.MemberId, member.GroupInstanceId, member.Reason ?? "a member leaves"))];
        var results = await coordinator.LeaveAsync(request.GroupId, leaving);
        if (context.Version < 3)
        {
            response.ErrorCode = results[0].Error;
            return response;
        }

        for (var i = 0; i < results.Length; i++)
        {
            response.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = results[i].MemberId,
                GroupInstanceId = leaving[i].InstanceId,
                ErrorCode = results[i].Error,
            });
        }

        return response;
    }
}
