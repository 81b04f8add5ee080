using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AlterPartitionReassignments</b>, API key 45, versions 0-1.</para>
/// <para>Behaviour: a partition can only be where it is: on the one node.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class AlterPartitionReassignmentsHandler(TopicCatalog topics, NodeIdentity node)
    : TypedRequestHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>
{
    protected override ValueTask<AlterPartitionReassignmentsResponse?> HandleAsync(
        AlterPartitionReassignmentsRequest request, RequestContext context)
    {
        var response = new AlterPartitionReassignmentsResponse
        {
            AllowReplicationFactorChange = request.AllowReplicationFactorChange,
            ErrorMessage = null,
        };
        foreach (var topic in request.Topics)
        {
            var answer = new AlterPartitionReassignmentsResponse.ReassignableTopicResponse { Name = topic.Name };
            foreach (var partition in topic.Partitions)
            {
                var (error, message) = Check(topic.Name, partition);
                answer.Partitions.Add(new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = error,
                    ErrorMessage = message,
                });
            }

            response.Responses.Add(answer);
        }

        return new(response);
    }

    private (ErrorCode Error, string? Message) Check(
        string topic, AlterPartitionReassignmentsRequest.ReassignablePartition partition)
    {
        if (!topics.Contains(topic, partition.PartitionIndex))
        {
            return (
                ErrorCode.UnknownTopicOrPartition,
                topics.Logs.FindTopic(topic) is null
                    ? $"Unable to find a topic named {topic}."
                    : $"Unable to find partition {topic}:{partition.PartitionIndex}.");
        }

        if (partition.Replicas is not { } replicas)
        {
            return (ErrorCode.NoReassignmentInProgress, null);
        }

        var stranger = replicas.Find(replica => replica != node.NodeId);
        return replicas.Count == 0
            ? (ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes an empty replica list.")
            : replicas.Exists(replica => replica != node.NodeId)
                ? (ErrorCode.InvalidReplicaAssignment,
                    $"The manual partition assignment includes broker {stranger}, but no such broker is registered.")
                : (ErrorCode.None, null);
    }
}
