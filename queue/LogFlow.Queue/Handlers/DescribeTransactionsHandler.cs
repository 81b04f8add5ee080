using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeTransactions</b>, API key 65, version 0.</para>
/// <para>Behaviour: who holds each transactional id and how its transaction stands; TRANSACTIONAL_ID_NOT_FOUND where
/// there is no such id.</para>
/// <para>Versions: 0 is flexible.</para>
/// <para>Deviations from Apache Kafka: groups in the transaction are not shown; Kafka shows their partition of its
/// internal topic, which here does not exist.</para>
/// </summary>
internal sealed class DescribeTransactionsHandler(TransactionCoordinator transactions)
    : TypedRequestHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>
{
    protected override ValueTask<DescribeTransactionsResponse?> HandleAsync(
        DescribeTransactionsRequest request, RequestContext context)
    {
        var response = new DescribeTransactionsResponse();
        foreach (var transactionalId in request.TransactionalIds)
        {
            response.TransactionStates.Add(Describe(transactionalId));
        }

        return new(response);
    }

    private DescribeTransactionsResponse.TransactionStateData Describe(string transactionalId)
    {
        var answer = new DescribeTransactionsResponse.TransactionStateData { TransactionalId = transactionalId };
        if (transactionalId.Length == 0)
        {
            answer.ErrorCode = ErrorCode.InvalidRequest;
            return answer;
        }

        if (transactions.Find(transactionalId) is not { } state)
        {
            answer.ErrorCode = ErrorCode.TransactionalIdNotFound;
            return answer;
        }

        answer.TransactionState = state.Status.ToString();
        answer.TransactionTimeoutMs = state.TimeoutMs;
        answer.TransactionStartTimeMs = state.StartMs;
        answer.ProducerId = state.ProducerId;
        answer.ProducerEpoch = state.ProducerEpoch;
        foreach (var topic in state.Partitions.GroupBy(partition => partition.Topic))
        {
            answer.Topics.Add(new DescribeTransactionsResponse.TopicData
            {
                Topic = topic.Key,
                Partitions = [.. topic.Select(partition => partition.Partition).Order()],
            });
        }

        return answer;
    }
}
