using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

public sealed partial class AdminClient
{
    /// <summary>
    /// The idempotent producers that a partition's leader remembers, with the last sequence of each: whether a batch is
    /// in the log can be told by it without sending the batch again. Kafka forgets a producer some time after its last
    /// batch (<c>producer.id.expiration.ms</c>). Waits, as long as the caller does, until the partition's leader
    /// answers.
    /// </summary>
    /// <exception cref="KafkaException">
    /// The broker refuses, or is older than Kafka 2.8 (UNSUPPORTED_VERSION).
    /// </exception>
    public async Task<IReadOnlyList<DescribedProducer>> DescribeProducersAsync(
        TopicPartition partition, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<DescribeProducersRequest, DescribeProducersResponse>(
            BrokerTarget.LeaderOf(partition),
            _ => new DescribeProducersRequest
            {
                Topics =
                [
                    new DescribeProducersRequest.TopicRequest
                    {
                        Name = partition.Topic,
                        PartitionIndexes = [partition.Partition],
                    },
                ],
            },
            static response => FirstOrMissing(
                response.Topics,
                static topic => FirstOrMissing(topic.Partitions, static found => FinalIfUnknown(found.ErrorCode))),
            cancellationToken);
        var found = response.Topics[0].Partitions[0];
        ThrowIfRefused(found.ErrorCode, $"The producers of {partition} cannot be described");
        return found.ActiveProducers.ConvertAll(static producer => new DescribedProducer(
            new ProducerIdentity(producer.ProducerId, (short)producer.ProducerEpoch),
            producer.LastSequence,
            producer.LastTimestamp,
            producer.CurrentTxnStartOffset));
    }
}
