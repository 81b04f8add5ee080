using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ElectLeaders</b>, API key 43, versions 0-2.</para>
/// <para>Behaviour: every partition has its leader, the one node; nothing is to be elected.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class ElectLeadersHandler(TopicCatalog topics)
    : TypedRequestHandler<ElectLeadersRequest, ElectLeadersResponse>
{
    protected override ValueTask<ElectLeadersResponse?> HandleAsync(
        ElectLeadersRequest request, RequestContext context)
    {
        var response = new ElectLeadersResponse();
        if (request.TopicPartitions is null)
        {
            response.ReplicaElectionResults.AddRange(topics.Logs.Topics.Select(
                topic => new ElectLeadersResponse.ReplicaElectionResult { Topic = topic.Name }));
        }

        foreach (var asked in request.TopicPartitions ?? [])
        {
            var answer = new ElectLeadersResponse.ReplicaElectionResult { Topic = asked.Topic };
            foreach (var partition in asked.Partitions)
            {
                var isKnown = topics.Contains(asked.Topic, partition);
                answer.PartitionResult.Add(new ElectLeadersResponse.PartitionResult
                {
                    PartitionId = partition,
                    ErrorCode = isKnown ? ErrorCode.ElectionNotNeeded : ErrorCode.UnknownTopicOrPartition,
                    ErrorMessage = isKnown
                        ? "Leader election not needed for topic partition."
                        : topics.Logs.FindTopic(asked.Topic) is null ? $"No such topic as {asked.Topic}"
                        : $"No such partition as {asked.Topic}-{partition}",
                });
            }

            response.ReplicaElectionResults.Add(answer);
        }

        return new(response);
    }
}
