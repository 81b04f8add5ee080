using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>Producers' ids and transactions.</content>
internal sealed partial class AccessTable
{
    private const short FirstAddPartitionsOfBrokers = 4;

    private void AddTransactions()
    {
        Add(new ApiGuard<InitProducerIdRequest, InitProducerIdResponse>(
            "with a transactional id Write TransactionalId; else IdempotentWrite Cluster, or Write Topic of any",
            AdmitInitProducerId));
        Add(new ApiGuard<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            "Write TransactionalId; Write Topic of each; in the form for brokers ClusterAction Cluster",
            AdmitAddPartitions));
        Add(new ApiGuard<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
            "Write TransactionalId; Read Group",
            static (request, access, _) =>
                !MayWrite(access, request.TransactionalId) ? Refuse(ErrorCode.TransactionalIdAuthorizationFailed)
                : !access.May(AclOperation.Read, AclResourceType.Group, request.GroupId)
                    ? Refuse(ErrorCode.GroupAuthorizationFailed)
                : default));
        Add(GuardKind.Whole<EndTxnRequest, EndTxnResponse>(
            AclOperation.Write, AclResourceType.TransactionalId, static request => request.TransactionalId,
            static (_, error) => new() { ErrorCode = error, ProducerEpoch = TransactionState.NoEpoch }));
        Add(new ApiGuard<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(
            "Alter Cluster, or ClusterAction Cluster",
            static (request, access, _) => access.MayQuietlyInCluster(AclOperation.Alter)
                || access.MayInCluster(AclOperation.ClusterAction) ? default : RefuseMarkers(request)));
        Add(new ApiGuard<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
            "Write TransactionalId; Read Group; Read Topic of each", AdmitTxnOffsetCommit));
        Add(new ApiGuard<DescribeTransactionsRequest, DescribeTransactionsResponse>(
            "Describe TransactionalId of each; Describe Topic of each that is shown", AdmitDescribeTransactions));
        Add(new ApiGuard<ListTransactionsRequest, ListTransactionsResponse>(
            "Describe TransactionalId of each that is shown",
            static (_, access, _) => Admission<ListTransactionsResponse>.Then(answer =>
                answer.TransactionStates.RemoveAll(state => !access.MayQuietly(
                    AclOperation.Describe, AclResourceType.TransactionalId, state.TransactionalId)))));

        static Admission<AddOffsetsToTxnResponse> Refuse(ErrorCode error) =>
            Admission<AddOffsetsToTxnResponse>.Refused(new() { ErrorCode = error });
    }

    private static bool MayWrite(RequestAccess access, string transactionalId) =>
        access.May(AclOperation.Write, AclResourceType.TransactionalId, transactionalId);

    private static Admission<InitProducerIdResponse> AdmitInitProducerId(
        InitProducerIdRequest request, RequestAccess access, short version)
    {
        if (request.TransactionalId is { } id)
        {
            return MayWrite(access, id) ? default : Refuse(ErrorCode.TransactionalIdAuthorizationFailed);
        }

        return access.MayQuietlyInCluster(AclOperation.IdempotentWrite)
            || access.MaySomewhere(AclOperation.Write, AclResourceType.Topic)
            || access.MayInCluster(AclOperation.IdempotentWrite)
                ? default
                : Refuse(ErrorCode.ClusterAuthorizationFailed);

        static Admission<InitProducerIdResponse> Refuse(ErrorCode error) =>
            Admission<InitProducerIdResponse>.Refused(
                new() { ErrorCode = error, ProducerEpoch = TransactionState.NoEpoch });
    }

    private static Admission<AddPartitionsToTxnResponse> AdmitAddPartitions(
        AddPartitionsToTxnRequest request, RequestAccess access, short version)
    {
        if (version >= FirstAddPartitionsOfBrokers)
        {
            return access.MayInCluster(AclOperation.ClusterAction)
                ? default
                : Admission<AddPartitionsToTxnResponse>.Refused(
                    new() { ErrorCode = ErrorCode.ClusterAuthorizationFailed });
        }

        var topics = request.V3AndBelowTopics;
        if (!MayWrite(access, request.V3AndBelowTransactionalId))
        {
            return Refuse(static _ => ErrorCode.TransactionalIdAuthorizationFailed);
        }

        // All or none: with one that is refused the others are not attempted.
        var refused = topics.Where(topic => !access.May(AclOperation.Write, AclResourceType.Topic, topic.Name))
            .Select(static topic => topic.Name).ToHashSet();
        return refused.Count == 0
            ? default
            : Refuse(topic => refused.Contains(topic)
                ? ErrorCode.TopicAuthorizationFailed
                : ErrorCode.OperationNotAttempted);

        Admission<AddPartitionsToTxnResponse> Refuse(Func<string, ErrorCode> errorOf) =>
            Admission<AddPartitionsToTxnResponse>.Refused(new()
            {
                ResultsByTopicV3AndBelow = topics.ConvertAll(topic =>
                    new AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult
                    {
                        Name = topic.Name,
                        ResultsByPartition = topic.Partitions.ConvertAll(partition =>
                            new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                            {
                                PartitionIndex = partition,
                                PartitionErrorCode = errorOf(topic.Name),
                            }),
                    }),
            });
    }

    private static Admission<WriteTxnMarkersResponse> RefuseMarkers(WriteTxnMarkersRequest request) =>
        Admission<WriteTxnMarkersResponse>.Refused(new()
        {
            Markers = request.Markers.ConvertAll(static marker => new WriteTxnMarkersResponse.WritableTxnMarkerResult
            {
                ProducerId = marker.ProducerId,
                Topics = marker.Topics.ConvertAll(static topic =>
                    new WriteTxnMarkersResponse.WritableTxnMarkerTopicResult
                    {
                        Name = topic.Name,
                        Partitions = topic.PartitionIndexes.ConvertAll(static partition =>
                            new WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult
                            {
                                PartitionIndex = partition,
                                ErrorCode = ErrorCode.ClusterAuthorizationFailed,
                            }),
                    }),
            }),
        });

    private static Admission<TxnOffsetCommitResponse> AdmitTxnOffsetCommit(
        TxnOffsetCommitRequest request, RequestAccess access, short version)
    {
        ErrorCode? whole =
            !MayWrite(access, request.TransactionalId) ? ErrorCode.TransactionalIdAuthorizationFailed
            : !access.May(AclOperation.Read, AclResourceType.Group, request.GroupId)
                ? ErrorCode.GroupAuthorizationFailed
            : null;
        return GuardKind.AdmitEach<TxnOffsetCommitResponse, TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic>(
            request.Topics,
            topic => whole is null && access.May(AclOperation.Read, AclResourceType.Topic, topic.Name),
            (answer, topic) => answer.Topics.Add(new()
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition =>
                    new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = whole ?? ErrorCode.TopicAuthorizationFailed,
                    })],
            }));
    }

    private static Admission<DescribeTransactionsResponse> AdmitDescribeTransactions(
        DescribeTransactionsRequest request, RequestAccess access, short version)
    {
        var refused = GuardKind.TakeRefused(
            request.TransactionalIds, id => access.May(AclOperation.Describe, AclResourceType.TransactionalId, id));
        return Admission<DescribeTransactionsResponse>.Then(answer =>
        {
            foreach (var state in answer.TransactionStates)
            {
                state.Topics.RemoveAll(
                    topic => !access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, topic.Topic));
            }

            answer.TransactionStates.AddRange(refused.Select(static id =>
                new DescribeTransactionsResponse.TransactionStateData
                {
                    TransactionalId = id,
                    ErrorCode = ErrorCode.TransactionalIdAuthorizationFailed,
                }));
        });
    }
}
