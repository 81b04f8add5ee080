using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AddPartitionsToTxn</b>, API key 24, versions 0-5.</para>
/// <para>Behaviour: the partitions become part of the producer's transaction, which begins with the first; all or none:
/// where one does not exist the others are answered with OPERATION_NOT_ATTEMPTED. Answered when that is durable.</para>
/// <para>Versions: 2 PRODUCER_FENCED; 3 is flexible; 4 several transactions at once, and asking without adding
/// (KIP-890, meant for brokers); 5 TRANSACTION_ABORTABLE.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class AddPartitionsToTxnHandler(TransactionCoordinator transactions, TopicCatalog topics)
    : TypedRequestHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>
{
    private const short FirstVersionWithFenced = 2;
    private const short FirstVersionWithSeveral = 4;

    protected override async ValueTask<AddPartitionsToTxnResponse?> HandleAsync(
        AddPartitionsToTxnRequest request, RequestContext context)
    {
        var response = new AddPartitionsToTxnResponse();
        if (context.Version >= FirstVersionWithSeveral)
        {
            foreach (var transaction in request.Transactions)
            {
                response.ResultsByTransaction.Add(new AddPartitionsToTxnResponse.AddPartitionsToTxnResult
                {
                    TransactionalId = transaction.TransactionalId,
                    TopicResults = await AddAsync(transaction),
                });
            }

            return response;
        }

        var results = await AddAsync(new AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction
        {
            TransactionalId = request.V3AndBelowTransactionalId,
            ProducerId = request.V3AndBelowProducerId,
            ProducerEpoch = request.V3AndBelowProducerEpoch,
            Topics = request.V3AndBelowTopics,
        });
        foreach (var partition in results.SelectMany(topic => topic.ResultsByPartition))
        {
            partition.PartitionErrorCode =
                partition.PartitionErrorCode == ErrorCode.ProducerFenced && context.Version < FirstVersionWithFenced
                    ? ErrorCode.InvalidProducerEpoch
                    : partition.PartitionErrorCode;
        }

        response.ResultsByTopicV3AndBelow = results;
        return response;
    }

    private async ValueTask<List<AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult>> AddAsync(
        AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction asked)
    {
        var partitions = new HashSet<TopicPartition>();
        var isAnyUnknown = false;
        foreach (var topic in asked.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                partitions.Add(new TopicPartition(topic.Name, partition));
                isAnyUnknown |= !topics.Contains(topic.Name, partition);
            }
        }

        Func<TopicPartition, ErrorCode> resultOf;
        if (isAnyUnknown)
        {
            resultOf = partition => topics.Contains(partition.Topic, partition.Partition)
                ? ErrorCode.OperationNotAttempted
                : ErrorCode.UnknownTopicOrPartition;
        }
        else if (asked.TransactionalId.Length == 0)
        {
            resultOf = _ => ErrorCode.InvalidRequest;
        }
        else if (asked.VerifyOnly)
        {
            resultOf = partition => transactions.Verify(
                asked.TransactionalId, asked.ProducerId, asked.ProducerEpoch, partition);
        }
        else
        {
            var error = await transactions.AddPartitionsAsync(
                asked.TransactionalId, asked.ProducerId, asked.ProducerEpoch, partitions);
            resultOf = _ => error;
        }

        return Answer(asked.Topics, resultOf);
    }

    private static List<AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult> Answer(
        List<AddPartitionsToTxnRequest.AddPartitionsToTxnTopic> topics, Func<TopicPartition, ErrorCode> resultOf)
    {
        var results = new List<AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult>(topics.Count);
        foreach (var topic in topics)
        {
            var result = new AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult { Name = topic.Name };
            foreach (var partition in topic.Partitions)
            {
                result.ResultsByPartition.Add(new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                {
                    PartitionIndex = partition,
                    PartitionErrorCode = resultOf(new TopicPartition(topic.Name, partition)),
                });
            }

            results.Add(result);
        }

        return results;
    }
}
