using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Asks the leader of a partition how far it has a producer (DescribeProducers, Kafka since 2.8). The leader's answer
/// may be ahead of its replicas, or of its disk: it is believed only when the high watermark has passed the end that
/// the log had when it was asked (OffsetForLeaderEpoch tells that end), because then a change of leader keeps it.
/// </summary>
internal sealed partial class ProducerProgress(KafkaClient client, TimeProvider time, ILogger logger)
{
    private const int WatermarkLooksMax = 50;
    private static readonly TimeSpan WatermarkPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private bool _isSaid;

    /// <summary>The last sequence that the partition has for good, or null.</summary>
    public async Task<int?> FindLastSequenceAsync(
        TopicPartition partition, ProducerId producer, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await TryFindAsync(partition, producer, cancellationToken);
            }
            catch (KafkaException error) when (error.IsRetriable)
            {
                client.InvalidateTopic(partition.Topic);
                await Task.Delay(RetryPause, time, cancellationToken);
            }
            catch (KafkaException error)
            {
                if (!_isSaid)
                {
                    _isSaid = true;
                    Log.CannotAsk(logger, partition.Topic, error.Message);
                }

                return null;
            }
        }
    }

    private async Task<int?> TryFindAsync(
        TopicPartition partition, ProducerId producer, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(partition, producer, cancellationToken) is not { } last)
        {
            return null;
        }

        var end = await FindLogEndAsync(partition, cancellationToken);
        var admin = new AdminClient(client);
        for (var look = 0; look < WatermarkLooksMax; look++)
        {
            var watermark = await admin.ListOffsetAsync(partition, ListedOffset.Latest, cancellationToken);
            if (watermark.Offset >= end)
            {
                return last;
            }

            await Task.Delay(WatermarkPause, time, cancellationToken);
        }

        // Replicas are behind. Sending the batch again waits for them, and that is what an answer of null leads to.
        return null;
    }

    private async Task<int?> DescribeAsync(
        TopicPartition partition, ProducerId producer, CancellationToken cancellationToken)
    {
        var response = await client.SendAsync<DescribeProducersRequest, DescribeProducersResponse>(
            BrokerTarget.LeaderOf(partition),
            new DescribeProducersRequest
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
            cancellationToken);
        if (response.Topics is not [{ Partitions: [var answer, ..] }, ..])
        {
            throw new KafkaException(ErrorCode.NetworkException, "The queue's answer leaves out what was asked for.");
        }

        ThrowIfRefused(answer.ErrorCode, partition);
        foreach (var state in answer.ActiveProducers)
        {
            if (state.ProducerId == producer.Id && state.ProducerEpoch == producer.Epoch && state.LastSequence >= 0)
            {
                return state.LastSequence;
            }
        }

        return null;
    }

    /// <summary>Where the leader's log ends, including what is not replicated yet.</summary>
    private async Task<long> FindLogEndAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        var topic = await client.GetTopicAsync(partition.Topic, allowAutoCreate: false, cancellationToken);
        var epoch = topic.Partitions.FirstOrDefault(each => each.Index == partition.Partition).LeaderEpoch;
        var response = await client.SendAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
            BrokerTarget.LeaderOf(partition),
            new OffsetForLeaderEpochRequest
            {
                ReplicaId = -1,
                Topics =
                [
                    new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                    {
                        Topic = partition.Topic,
                        Partitions =
                        [
                            new OffsetForLeaderEpochRequest.OffsetForLeaderPartition
                            {
                                Partition = partition.Partition,
                                CurrentLeaderEpoch = epoch,
                                LeaderEpoch = epoch,
                            },
                        ],
                    },
                ],
            },
            cancellationToken);
        if (response.Topics is not [{ Partitions: [var answer, ..] }, ..])
        {
            throw new KafkaException(ErrorCode.NetworkException, "The queue's answer leaves out what was asked for.");
        }

        ThrowIfRefused(answer.ErrorCode, partition);
        return answer.EndOffset < 0
            ? throw new KafkaException(ErrorCode.UnsupportedVersion, $"The end of {partition} is not told.")
            : answer.EndOffset;
    }

    private static void ThrowIfRefused(ErrorCode error, TopicPartition partition)
    {
        if (error != ErrorCode.None)
        {
            throw new KafkaException(error, $"{partition} does not tell its producers: {error}.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4112, LogLevel.Information,
            "Topic {Topic}: the queue cannot be asked what it has of the last run ({Reason}). It is sent again under "
            + "the same sequences, as far as it can be built again")]
        public static partial void CannotAsk(ILogger logger, string topic, string reason);
    }
}
