using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ListPartitionReassignments</b>, API key 46, version 0.</para>
/// <para>Behaviour: none is ever under way: there is one node.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class ListPartitionReassignmentsHandler
    : TypedRequestHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>
{
    protected override ValueTask<ListPartitionReassignmentsResponse?> HandleAsync(
        ListPartitionReassignmentsRequest request, RequestContext context) =>
        new(new ListPartitionReassignmentsResponse { ErrorMessage = null });
}
