using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>Heartbeat</b>, API key 12, versions 0-4.</para>
/// <para>Behaviour: keeps a member's session alive; REBALANCE_IN_PROGRESS tells it to join again.</para>
/// <para>Versions: 3 static members; 4 is flexible.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class HeartbeatHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<HeartbeatRequest, HeartbeatResponse>
{
    protected override ValueTask<HeartbeatResponse?> HandleAsync(HeartbeatRequest request, RequestContext context) =>
        new(new HeartbeatResponse
        {
            ErrorCode = coordinator.Heartbeat(
                request.GroupId, request.MemberId, request.GroupInstanceId, request.GenerationId),
        });
}
