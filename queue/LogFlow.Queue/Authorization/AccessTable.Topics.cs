using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>Records and topics.</content>
internal sealed partial class AccessTable
{
    private const short FirstProduceWithIds = 13;
    private const short FirstFetchWithIds = 13;
    private const short FirstFetchWithReplicaState = 15;

    private void AddTopics()
    {
        Add(new ApiGuard<ProduceRequest, ProduceResponse>(
            "Write Topic of each; with a transaction Write TransactionalId", AdmitProduce));
        Add(new ApiGuard<FetchRequest, FetchResponse>(
            "Read Topic of each; of a replica ClusterAction Cluster", AdmitFetch));
        Add(GuardKind.Each<ListOffsetsRequest, ListOffsetsResponse, ListOffsetsRequest.ListOffsetsTopic>(
            AclOperation.Describe, AclResourceType.Topic, static request => request.Topics, static topic => topic.Name,
            static (answer, topic, error) => answer.Topics.Add(new()
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition =>
                    new ListOffsetsResponse.ListOffsetsPartitionResponse
                    {
                        PartitionIndex = partition.PartitionIndex, ErrorCode = error,
                    })],
            })));
        Add(new ApiGuard<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
            "Describe Topic of each; or ClusterAction Cluster", AdmitOffsetForLeaderEpoch));
        Add(new ApiGuard<CreateTopicsRequest, CreateTopicsResponse>(
            "Create Cluster, or Create Topic of each; DescribeConfigs Topic to see settings", AdmitCreateTopics));
        Add(new ApiGuard<DeleteTopicsRequest, DeleteTopicsResponse>(
            "Delete Cluster, or Delete Topic of each; Describe Topic to learn an id's name", AdmitDeleteTopics));
        Add(GuardKind.Each<DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsRequest.DeleteRecordsTopic>(
            AclOperation.Delete, AclResourceType.Topic, static request => request.Topics, static topic => topic.Name,
            static (answer, topic, error) => answer.Topics.Add(new()
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition =>
                    new DeleteRecordsResponse.DeleteRecordsPartitionResult
                    {
                        PartitionIndex = partition.PartitionIndex, LowWatermark = -1, ErrorCode = error,
                    })],
            })));
        Add(GuardKind.Each<
            CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsRequest.CreatePartitionsTopic>(
            AclOperation.Alter, AclResourceType.Topic, static request => request.Topics, static topic => topic.Name,
            static (answer, topic, error) => answer.Results.Add(new() { Name = topic.Name, ErrorCode = error })));
        Add(GuardKind.Each<DescribeProducersRequest, DescribeProducersResponse, DescribeProducersRequest.TopicRequest>(
            AclOperation.Read, AclResourceType.Topic, static request => request.Topics, static topic => topic.Name,
            static (answer, topic, error) => answer.Topics.Add(new()
            {
                Name = topic.Name,
                Partitions = [.. topic.PartitionIndexes.Select(partition =>
                    new DescribeProducersResponse.PartitionResponse
                    {
                        PartitionIndex = partition, ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error),
                    })],
            })));
        AddTopicListings();
    }

    private Admission<ProduceResponse> AdmitProduce(ProduceRequest request, RequestAccess access, short version)
    {
        var error = ErrorCode.TopicAuthorizationFailed;
        List<ProduceRequest.TopicProduceData> refused;
        if (request.TransactionalId is { } id && IsTransactional(request)
            && !access.May(AclOperation.Write, AclResourceType.TransactionalId, id))
        {
            error = ErrorCode.TransactionalIdAuthorizationFailed;
            refused = request.TopicData;
            request.TopicData = [];
        }
        else
        {
            refused = GuardKind.TakeRefused(request.TopicData, topic =>
                NameOf(version >= FirstProduceWithIds, topic.TopicId, topic.Name) is not { } name
                || access.May(AclOperation.Write, AclResourceType.Topic, name));
        }

        return refused.Count == 0 ? default : new(null, answer =>
        {
            // Nobody waits for an answer; closing the connection is the only way to say that something was refused.
            if (answer is null)
            {
                throw new ProtocolViolationException($"a batch sent with acks=0 was refused with {error}");
            }

            answer.Responses.AddRange(refused.Select(topic => Refuse(topic, error)));
        });
    }

    private static bool IsTransactional(ProduceRequest request) => request.TopicData.Exists(
        static topic => topic.PartitionData.Exists(static data => data.Records is { } records
            && RecordBatch.TryReadHeader(records.Span, out var header) == RecordBatchError.None
            && header.IsTransactional));

    private static ProduceResponse.TopicProduceResponse Refuse(
        ProduceRequest.TopicProduceData topic, ErrorCode error) => new()
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            PartitionResponses = [.. topic.PartitionData.Select(data => new ProduceResponse.PartitionProduceResponse
            {
                Index = data.Index, ErrorCode = error, BaseOffset = -1,
            })],
        };

    private Admission<FetchResponse> AdmitFetch(FetchRequest request, RequestAccess access, short version)
    {
        // Refused for its session by the handler, before anything is read.
        if (request.SessionId != 0)
        {
            return default;
        }

        var replica = version >= FirstFetchWithReplicaState ? request.ReplicaState.ReplicaId : request.ReplicaId;
        bool? mayReplicate = replica >= 0 ? access.MayInCluster(AclOperation.ClusterAction) : null;
        return GuardKind.AdmitEach<FetchResponse, FetchRequest.FetchTopic>(
            request.Topics,
            topic => NameOf(version >= FirstFetchWithIds, topic.TopicId, topic.Topic) is not { } name
                || (mayReplicate ?? access.May(AclOperation.Read, AclResourceType.Topic, name)),
            static (answer, topic) => answer.Responses.Add(new()
            {
                Topic = topic.Topic,
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions.Select(static partition => new FetchResponse.PartitionData
                {
                    PartitionIndex = partition.Partition,
                    ErrorCode = ErrorCode.TopicAuthorizationFailed,
                    HighWatermark = -1,
                    Records = ReadOnlyMemory<byte>.Empty,
                })],
            }));
    }

    private static Admission<OffsetForLeaderEpochResponse> AdmitOffsetForLeaderEpoch(
        OffsetForLeaderEpochRequest request, RequestAccess access, short version) =>
        access.MayQuietlyInCluster(AclOperation.ClusterAction)
            ? default
            : GuardKind.AdmitEach<OffsetForLeaderEpochResponse, OffsetForLeaderEpochRequest.OffsetForLeaderTopic>(
                request.Topics,
                topic => access.May(AclOperation.Describe, AclResourceType.Topic, topic.Topic),
                static (answer, topic) => answer.Topics.Add(new()
                {
                    Topic = topic.Topic,
                    Partitions = [.. topic.Partitions.Select(static partition =>
                        new OffsetForLeaderEpochResponse.EpochEndOffset
                        {
                            Partition = partition.Partition, ErrorCode = ErrorCode.TopicAuthorizationFailed,
                        })],
                }));

    private static Admission<CreateTopicsResponse> AdmitCreateTopics(
        CreateTopicsRequest request, RequestAccess access, short version)
    {
        var refused = access.MayQuietlyInCluster(AclOperation.Create)
            ? []
            : GuardKind.TakeRefused(
                request.Topics, topic => access.May(AclOperation.Create, AclResourceType.Topic, topic.Name));
        return Admission<CreateTopicsResponse>.Then(answer =>
        {
            foreach (var made in answer.Topics)
            {
                if (made.ErrorCode == ErrorCode.None
                    && !access.MayQuietly(AclOperation.DescribeConfigs, AclResourceType.Topic, made.Name))
                {
                    made.TopicConfigErrorCode = ErrorCode.TopicAuthorizationFailed;
                    made.NumPartitions = -1;
                    made.ReplicationFactor = -1;
                    made.Configs = [];
                }
            }

            answer.Topics.AddRange(refused.DistinctBy(static topic => topic.Name).Select(static topic =>
                new CreateTopicsResponse.CreatableTopicResult
                {
                    Name = topic.Name,
                    ErrorCode = ErrorCode.TopicAuthorizationFailed,
                    ErrorMessage = "Authorization failed.",
                    Configs = [],
                }));
        });
    }

    private Admission<DeleteTopicsResponse> AdmitDeleteTopics(
        DeleteTopicsRequest request, RequestAccess access, short version)
    {
        if (access.MayQuietlyInCluster(AclOperation.Delete))
        {
            return default;
        }

        var refusedNames = GuardKind.TakeRefused(request.TopicNames, name => MayDelete(access, name));
        var refused = GuardKind.TakeRefused(request.Topics, topic =>
            NameOf(topic.Name is null, topic.TopicId, topic.Name) is not { } name || MayDelete(access, name));
        return Admission<DeleteTopicsResponse>.Then(answer =>
        {
            answer.Responses.AddRange(refusedNames.Select(static name => Refuse(name, Guid.Empty)));
            answer.Responses.AddRange(refused.Select(topic => Refuse(
                topic.Name ?? NameIfDescribable(topic.TopicId, access), topic.TopicId)));
        });

        static DeleteTopicsResponse.DeletableTopicResult Refuse(string? name, Guid id) => new()
        {
            Name = name,
            TopicId = id,
            ErrorCode = ErrorCode.TopicAuthorizationFailed,
            ErrorMessage = GuardKind.MessageOf(ErrorCode.TopicAuthorizationFailed),
        };
    }

    /// <summary>Who may describe a topic is told that there is none.</summary>
    private bool MayDelete(RequestAccess access, string name) =>
        (_topics.Logs.FindTopic(name) is null
            && access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, name))
        || access.May(AclOperation.Delete, AclResourceType.Topic, name);

    /// <summary>Who may not describe a topic does not learn its name.</summary>
    private string? NameIfDescribable(Guid id, RequestAccess access) =>
        _topics.Logs.FindTopic(id)?.Name is { } name
        && access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, name) ? name : null;
}
