using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>SyncGroup</b>, API key 14, versions 0-5.</para>
/// <para>Behaviour: the leader hands in everybody's assignment, everybody is answered with its own once it is durable.
/// Members that do not sync within the rebalance timeout leave the group.</para>
/// <para>Versions: 3 static members; 4 is flexible; 5 protocol type and name, which must be the group's.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class SyncGroupHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<SyncGroupRequest, SyncGroupResponse>
{
    protected override async ValueTask<SyncGroupResponse?> HandleAsync(SyncGroupRequest request, RequestContext context)
    {
        if (context.Version >= 5 && (request.ProtocolType is null || request.ProtocolName is null))
        {
            return new SyncGroupResponse { ErrorCode = ErrorCode.InconsistentGroupProtocol };
        }

        var assignments = new Dictionary<string, byte[]>(request.Assignments.Count);
        foreach (var assignment in request.Assignments)
        {
            assignments[assignment.MemberId] = assignment.Assignment.ToArray();
        }

        var input = new SyncGroupInput
        {
            MemberId = request.MemberId,
            GroupInstanceId = request.GroupInstanceId,
            Generation = request.GenerationId,
            ProtocolType = request.ProtocolType,
            ProtocolName = request.ProtocolName,
            Assignments = assignments,
        };
        context.ReleaseFrame();
        var result = await coordinator.SyncAsync(request.GroupId, input).AsTask().WaitAsync(context.Connection.Closing);
        return new SyncGroupResponse
        {
            ErrorCode = result.Error,
            ProtocolType = result.ProtocolType,
            ProtocolName = result.ProtocolName,
            Assignment = result.Assignment ?? ReadOnlyMemory<byte>.Empty,
        };
    }
}
