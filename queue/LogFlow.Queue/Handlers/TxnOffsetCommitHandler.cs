using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>TxnOffsetCommit</b>, API key 28, versions 0-5.</para>
/// <para>Behaviour: offsets that count when the transaction is committed, and never if it is aborted. The group must be
/// part of the transaction (AddOffsetsToTxn). Answered when they are on disk.</para>
/// <para>Versions: 2 the leader epoch; 3 is flexible and names the member and its generation, which are checked
/// (KIP-447); 4 TRANSACTION_ABORTABLE; 5 adds the group to the transaction by itself (KIP-890).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class TxnOffsetCommitHandler(
    TransactionCoordinator transactions, GroupCoordinator groups, TopicCatalog topics, TimeProvider time)
    : TypedRequestHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse>
{
    private const short FirstVersionWithAbortable = 4;
    private const short FirstVersionThatAdds = 5;

    protected override async ValueTask<TxnOffsetCommitResponse?> HandleAsync(
        TxnOffsetCommitRequest request, RequestContext context)
    {
        var accepted = new List<KeyValuePair<TopicPartition, CommittedOffset>>();
        var answers = new List<TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition>();
        var response = Prepare(request, accepted, answers);
        var error = await CommitAsync(request, context.Version, accepted);
        foreach (var answer in answers)
        {
            answer.ErrorCode = error;
        }

        return response;
    }

    private async ValueTask<ErrorCode> CommitAsync(
        TxnOffsetCommitRequest request,
        short version,
        List<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        if (request.GroupId.Length == 0)
        {
            return ErrorCode.InvalidGroupId;
        }

        var error = await transactions.CommitOffsetsAsync(
            request.TransactionalId,
            request.ProducerId,
            request.ProducerEpoch,
            request.GroupId,
            addsGroup: version >= FirstVersionThatAdds,
            () => groups.CommitInTransactionAsync(
                request.GroupId,
                request.ProducerId,
                request.MemberId,
                request.GroupInstanceId,
                request.GenerationId,
                offsets));
        return error switch
        {
            // What the partition of Kafka's offsets topic would say.
            ErrorCode.ProducerFenced => ErrorCode.InvalidProducerEpoch,
            ErrorCode.TransactionAbortable when version < FirstVersionWithAbortable => ErrorCode.InvalidTxnState,
            ErrorCode.ConcurrentTransactions when version < FirstVersionThatAdds => ErrorCode.CoordinatorLoadInProgress,
            _ => error,
        };
    }

    /// <summary>Checks each partition; those that may be committed have their answer still open.</summary>
    private TxnOffsetCommitResponse Prepare(
        TxnOffsetCommitRequest request,
        List<KeyValuePair<TopicPartition, CommittedOffset>> accepted,
        List<TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition> answers)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var response = new TxnOffsetCommitResponse();
        foreach (var topic in request.Topics)
        {
            var answerTopic = new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic { Name = topic.Name };
            response.Topics.Add(answerTopic);
            foreach (var partition in topic.Partitions)
            {
                var answer = new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = topics.Contains(topic.Name, partition.PartitionIndex)
                        ? groups.CheckMetadata(partition.CommittedMetadata)
                        : ErrorCode.UnknownTopicOrPartition,
                };
                answerTopic.Partitions.Add(answer);
                if (answer.ErrorCode == ErrorCode.None)
                {
                    answers.Add(answer);
                    accepted.Add(new(
                        new TopicPartition(topic.Name, partition.PartitionIndex),
                        new CommittedOffset(
                            partition.CommittedOffset,
                            partition.CommittedLeaderEpoch,
                            partition.CommittedMetadata ?? "",
                            now)));
                }
            }
        }

        return response;
    }
}
