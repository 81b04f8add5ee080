using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>CreatePartitions</b>, API key 37, versions 0-3.</para>
/// <para>Behaviour: raises a topic's number of partitions, durably (KIP-195).</para>
/// <para>Versions: 2 is flexible.</para>
/// <para>Deviations from Apache Kafka: assignments must name this node alone.</para>
/// </summary>
internal sealed class CreatePartitionsHandler(TopicCatalog topics, NodeIdentity node)
    : TypedRequestHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    private const int PartitionsMax = 10_000;

    protected override async ValueTask<CreatePartitionsResponse?> HandleAsync(
        CreatePartitionsRequest request, RequestContext context)
    {
        var response = new CreatePartitionsResponse();
        foreach (var asked in request.Topics)
        {
            var (error, message) = await RaiseAsync(asked, request.ValidateOnly);
            response.Results.Add(new CreatePartitionsResponse.CreatePartitionsTopicResult
            {
                Name = asked.Name,
                ErrorCode = error,
                ErrorMessage = message,
            });
        }

        return response;
    }

    private async ValueTask<(ErrorCode Error, string? Message)> RaiseAsync(
        CreatePartitionsRequest.CreatePartitionsTopic asked, bool isValidateOnly)
    {
        if (topics.Logs.FindTopic(asked.Name) is not { } topic)
        {
            return (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }

        var current = topic.Partitions.Count;
        if (asked.Count <= current)
        {
            return (ErrorCode.InvalidPartitions, asked.Count == current
                ? $"Topic already has {current} partition(s)."
                : $"The topic {asked.Name} has {current} partition(s); {asked.Count} would not be an increase.");
        }

        if (asked.Count > PartitionsMax)
        {
            return (ErrorCode.InvalidPartitions, $"More than {PartitionsMax} partitions are not supported.");
        }

        if (asked.Assignments is { } assignments
            && (assignments.Count != asked.Count - current
                || !assignments.TrueForAll(a => a.BrokerIds.Count == 1 && a.BrokerIds[0] == node.NodeId)))
        {
            return (ErrorCode.InvalidReplicaAssignment,
                $"Each of the {asked.Count - current} new partitions must be assigned to broker {node.NodeId}.");
        }

        if (isValidateOnly)
        {
            return (ErrorCode.None, null);
        }

        var result = await topics.Logs.SetPartitionCountAsync(topic.Id, asked.Count);
        return (result.Error, result.Message);
    }
}
