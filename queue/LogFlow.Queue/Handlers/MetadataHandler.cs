using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>Metadata</b>, API key 3, versions 0-13.</para>
/// <para>Behaviour: this node leads every partition. A topic that does not exist is made with num.partitions where
/// auto.create.topics.enable and the request allow it, and is there in the same answer.</para>
/// <para>Versions: 0 asks for all topics with an empty list, later ones with null (empty: none); 1 controller, rack;
/// 2 cluster id; 4 allow_auto_topic_creation (before: always); 5 offline replicas; 7 leader epoch; 8 authorized
/// operations; 9 is flexible; 10 topic ids; 12 topics by id; 13 a top-level error.</para>
/// <para>Deviations from Apache Kafka: an auto-created topic is ready at once (Kafka: LEADER_NOT_AVAILABLE or
/// UNKNOWN_TOPIC_OR_PARTITION first). Partitions of a failed disk are listed with this node as offline replica and
/// KAFKA_STORAGE_ERROR.</para>
/// </summary>
internal sealed class MetadataHandler(TopicCatalog topics, NodeIdentity node)
    : TypedRequestHandler<MetadataRequest, MetadataResponse>
{
    private const short FirstVersionWithAutoCreateFlag = 4;

    protected override async ValueTask<MetadataResponse?> HandleAsync(MetadataRequest request, RequestContext context)
    {
        var response = new MetadataResponse
        {
            ClusterId = node.ClusterId,
            ControllerId = node.NodeId,
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations
                ? AuthorizedOperations.Cluster
                : AuthorizedOperations.NotRequested,
            Brokers =
            [
                new MetadataResponse.MetadataResponseBroker
                {
                    NodeId = node.NodeId,
                    Host = context.Connection.AdvertisedHost,
                    Port = context.Connection.AdvertisedPort,
                },
            ],
        };
        if (request.Topics is null || (context.Version == 0 && request.Topics.Count == 0))
        {
            foreach (var topic in topics.Logs.Topics)
            {
                response.Topics.Add(Describe(topic, request));
            }

            return response;
        }

        var mayCreate = context.Version < FirstVersionWithAutoCreateFlag || request.AllowAutoTopicCreation;
        foreach (var asked in request.Topics)
        {
            response.Topics.Add(await FindAsync(asked, mayCreate, request));
        }

        return response;
    }

    private async ValueTask<MetadataResponse.MetadataResponseTopic> FindAsync(
        MetadataRequest.MetadataRequestTopic asked, bool mayCreate, MetadataRequest request)
    {
        if (asked.Name is not { } name)
        {
            return topics.Logs.FindTopic(asked.TopicId) is { } byId
                ? Describe(byId, request)
                : new MetadataResponse.MetadataResponseTopic
                {
                    ErrorCode = ErrorCode.UnknownTopicId,
                    Name = null,
                    TopicId = asked.TopicId,
                };
        }

        var (error, topic) = await topics.FindOrCreateAsync(name, mayCreate);
        return topic is not null
            ? Describe(topic, request)
            : new MetadataResponse.MetadataResponseTopic
            {
                ErrorCode = error,
                Name = name,
                TopicAuthorizedOperations = OperationsFor(request),
            };
    }

    private static int OperationsFor(MetadataRequest request) => request.IncludeTopicAuthorizedOperations
        ? AuthorizedOperations.Topic
        : AuthorizedOperations.NotRequested;

    private MetadataResponse.MetadataResponseTopic Describe(Topic topic, MetadataRequest request)
    {
        var described = new MetadataResponse.MetadataResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.Id,
            TopicAuthorizedOperations = OperationsFor(request),
        };
        var partitions = topic.Partitions;
        for (var i = 0; i < partitions.Count; i++)
        {
            var isOffline = partitions[i].IsOffline;
            described.Partitions.Add(new MetadataResponse.MetadataResponsePartition
            {
                // A partition that cannot be written can still be read: it keeps its leader.
                PartitionIndex = i,
                LeaderId = node.NodeId,
                LeaderEpoch = partitions[i].LeaderEpoch,
                ReplicaNodes = [node.NodeId],
                IsrNodes = [node.NodeId],
                OfflineReplicas = isOffline ? [node.NodeId] : [],
            });
        }

        return described;
    }
}
