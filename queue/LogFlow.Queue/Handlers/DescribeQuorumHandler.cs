using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeQuorum</b>, API key 55, versions 0-2.</para>
/// <para>Behaviour: the one node leads the one partition of the metadata log, and is its only voter.</para>
/// <para>Deviations from Apache Kafka: there is no metadata log: offsets are 0, the epoch 1, and times are now.</para>
/// </summary>
internal sealed class DescribeQuorumHandler(NodeIdentity node, TimeProvider time)
    : TypedRequestHandler<DescribeQuorumRequest, DescribeQuorumResponse>
{
    private const string MetadataTopic = "__cluster_metadata";

    protected override ValueTask<DescribeQuorumResponse?> HandleAsync(
        DescribeQuorumRequest request, RequestContext context)
    {
        var response = new DescribeQuorumResponse();
        foreach (var asked in request.Topics)
        {
            var topic = new DescribeQuorumResponse.TopicData { TopicName = asked.TopicName };
            foreach (var partition in asked.Partitions)
            {
                topic.Partitions.Add(asked.TopicName == MetadataTopic && partition.PartitionIndex == 0
                    ? Describe()
                    : new DescribeQuorumResponse.PartitionData
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = ErrorCode.UnknownTopicOrPartition,
                        ErrorMessage = "This server does not host this topic-partition.",
                    });
            }

            response.Topics.Add(topic);
        }

        if (response.Topics.Any(topic => topic.Partitions.Exists(one => one.ErrorCode == ErrorCode.None)))
        {
            response.Nodes.Add(new DescribeQuorumResponse.Node
            {
                NodeId = node.NodeId,
                Listeners =
                [
                    new DescribeQuorumResponse.Listener
                    {
                        Name = "CONTROLLER",
                        Host = context.Connection.AdvertisedHost,
                        Port = (ushort)context.Connection.AdvertisedPort,
                    },
                ],
            });
        }

        return new(response);
    }

    private DescribeQuorumResponse.PartitionData Describe()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new DescribeQuorumResponse.PartitionData
        {
            LeaderId = node.NodeId,
            LeaderEpoch = 1,
            CurrentVoters =
            [
                new DescribeQuorumResponse.ReplicaState
                {
                    ReplicaId = node.NodeId, LastFetchTimestamp = now, LastCaughtUpTimestamp = now,
                },
            ],
        };
    }
}
