using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>JoinGroup</b>, API key 11, versions 0-9.</para>
/// <para>Behaviour: the answer comes when the next generation starts: when all known members have joined, or at the
/// longest rebalance timeout among them; for a group that was empty, after group.initial.rebalance.delay.ms. The rules
/// are in <see cref="ClassicMembership"/>. A group of the new protocol answers at once.</para>
/// <para>Versions: 1 adds the rebalance timeout (0: the session timeout serves); 4 MEMBER_ID_REQUIRED (KIP-394);
/// 5 static members (KIP-345); 6 is flexible; 7 the protocol type; 8 a reason; 9 skip_assignment (KIP-814).</para>
/// <para>Deviations from Apache Kafka: the default initial delay is 100 ms instead of 3 s.</para>
/// </summary>
internal sealed class JoinGroupHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<JoinGroupRequest, JoinGroupResponse>
{
    protected override async ValueTask<JoinGroupResponse?> HandleAsync(JoinGroupRequest request, RequestContext context)
    {
        var protocols = new MemberProtocol[request.Protocols.Count];
        for (var i = 0; i < protocols.Length; i++)
        {
            // Copied: the group keeps it, the frame goes back to its pool.
            protocols[i] = new MemberProtocol(request.Protocols[i].Name, request.Protocols[i].Metadata.ToArray());
        }

        var input = new JoinGroupInput
        {
            MemberId = request.MemberId,
            GroupInstanceId = request.GroupInstanceId,
            ClientId = context.ClientId,
            ClientHost = context.Connection.ClientAddress,
            SessionTimeoutMs = request.SessionTimeoutMs,
            RebalanceTimeoutMs = context.Version >= 1 ? request.RebalanceTimeoutMs : request.SessionTimeoutMs,
            ProtocolType = request.ProtocolType,
            Protocols = protocols,
            RequiresKnownMemberId = context.Version >= 4 && request.GroupInstanceId is null,
            SupportsSkippingAssignment = context.Version >= 9,
        };
        context.ReleaseFrame();
        var result = await coordinator.JoinAsync(request.GroupId, input).AsTask().WaitAsync(context.Connection.Closing);
        return ToResponse(result, context.Version);
    }

    private static JoinGroupResponse ToResponse(JoinGroupResult result, short version)
    {
        var response = new JoinGroupResponse
        {
            ErrorCode = result.Error,
            GenerationId = result.Generation,
            ProtocolType = result.ProtocolType,
            // Null exists from version 7.
            ProtocolName = result.ProtocolName ?? (version >= 7 ? null : ""),
            Leader = result.Leader,
            SkipAssignment = result.SkipAssignment,
            MemberId = result.MemberId,
        };
        foreach (var member in result.Members)
        {
            response.Members.Add(new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                Metadata = member.Metadata,
            });
        }

        return response;
    }
}
