using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>An offset looked up by time.</summary>
/// <param name="Offset">−1 where no record is that young.</param>
/// <param name="TimestampMs">Timestamp of the record there, −1 where it was not looked up by one.</param>
public readonly record struct ListedOffset(long Offset, long TimestampMs)
{
    /// <summary>In place of a timestamp: behind the last record that may be read.</summary>
    public const long Latest = -1;

    /// <summary>In place of a timestamp: the first record there is.</summary>
    public const long Earliest = -2;

    /// <summary>In place of a timestamp: the record with the largest timestamp.</summary>
    public const long MaxTimestamp = -3;

    /// <summary>Waits until the leader answers.</summary>
    /// <exception cref="KafkaException">The topic may not be read.</exception>
    internal static async Task<ListedOffset> FindAsync(
        KafkaClient client,
        TopicPartition partition,
        long timestampMs,
        IsolationLevel isolationLevel,
        CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<ListOffsetsRequest, ListOffsetsResponse>(
            BrokerTarget.LeaderOf(partition),
            _ => new ListOffsetsRequest
            {
                ReplicaId = -1,
                IsolationLevel = (sbyte)isolationLevel,
                Topics =
                [
                    new ListOffsetsRequest.ListOffsetsTopic
                    {
                        Name = partition.Topic,
                        Partitions =
                        [
                            new ListOffsetsRequest.ListOffsetsPartition
                            {
                                PartitionIndex = partition.Partition,
                                Timestamp = timestampMs,
                            },
                        ],
                    },
                ],
                TimeoutMs = (int)client.Options.RequestTimeout.TotalMilliseconds,
            },
            static response => Answer(response)?.ErrorCode ?? ErrorCode.NetworkException,
            cancellationToken);
        var answer = Answer(response)!;
        return answer.ErrorCode == ErrorCode.None
            ? new ListedOffset(answer.Offset, answer.Timestamp)
            : throw new KafkaException(
                answer.ErrorCode, $"The offsets of {partition} cannot be read: {answer.ErrorCode}.");
    }

    private static ListOffsetsResponse.ListOffsetsPartitionResponse? Answer(ListOffsetsResponse response) =>
        response.Topics is [{ Partitions: [var partition, ..] }, ..] ? partition : null;
}
