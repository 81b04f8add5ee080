using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeProducers</b>, API key 61, version 0.</para>
/// <para>Behaviour: the idempotent and transactional producers that a partition remembers, and where their open
/// transactions begin.</para>
/// <para>Versions: 0 is flexible.</para>
/// <para>Deviations from Apache Kafka: the time of a producer's last append is the queue's clock, not the
/// records'.</para>
/// </summary>
internal sealed class DescribeProducersHandler(TopicCatalog topics)
    : TypedRequestHandler<DescribeProducersRequest, DescribeProducersResponse>
{
    protected override async ValueTask<DescribeProducersResponse?> HandleAsync(
        DescribeProducersRequest request, RequestContext context)
    {
        var response = new DescribeProducersResponse();
        foreach (var topic in request.Topics)
        {
            var answer = new DescribeProducersResponse.TopicResponse { Name = topic.Name };
            response.Topics.Add(answer);
            foreach (var partition in topic.PartitionIndexes)
            {
                answer.Partitions.Add(await DescribeAsync(topic.Name, partition));
            }
        }

        return response;
    }

    private async ValueTask<DescribeProducersResponse.PartitionResponse> DescribeAsync(string topic, int partition)
    {
        var answer = new DescribeProducersResponse.PartitionResponse
        {
            PartitionIndex = partition,
            ErrorCode = TopicCatalog.IsValidName(topic)
                ? topics.Find(topic, partition, out var log)
                : Refuse(ErrorCode.InvalidTopicException, out log),
        };
        if (answer.ErrorCode == ErrorCode.UnknownTopicOrPartition)
        {
            answer.ErrorMessage = "This server does not host this topic-partition.";
        }

        foreach (var producer in log is null ? [] : await log.GetProducersAsync())
        {
            answer.ActiveProducers.Add(new DescribeProducersResponse.ProducerState
            {
                ProducerId = producer.ProducerId,
                ProducerEpoch = producer.ProducerEpoch,
                LastSequence = producer.LastSequence,
                LastTimestamp = producer.LastTimestampMs,
                CoordinatorEpoch = producer.CoordinatorEpoch,
                CurrentTxnStartOffset = producer.TransactionStartOffset,
            });
        }

        return answer;
    }

    private static ErrorCode Refuse(ErrorCode error, out Storage.PartitionLog? log)
    {
        log = null;
        return error;
    }
}
