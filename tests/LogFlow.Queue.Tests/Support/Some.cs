using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>Requests and batches with the values that a test does not care about.</summary>
internal static class Some
{
    public static byte[] Batch(
        int count = 1,
        string text = "line",
        long producerId = -1,
        short epoch = -1,
        int sequence = -1,
        CompressionType compression = CompressionType.None,
        long timestampMs = 1_700_000_000_000,
        bool isTransactional = false)
    {
        using var builder = new RecordBatchBuilder();
        for (var i = 0; i < count; i++)
        {
            builder.Append(timestampMs + i, Encoding.UTF8.GetBytes($"{text} {i}"));
        }

        using var batch = builder.Build(compression, producerId, epoch, sequence, isTransactional);
        return batch.Span.ToArray();
    }

    public static ProduceRequest Produce(
        string topic, int partition, ReadOnlyMemory<byte>? batch, short acks = -1) => new()
        {
            Acks = acks,
            TimeoutMs = 30_000,
            TopicData =
        [
            new ProduceRequest.TopicProduceData
            {
                Name = topic,
                PartitionData = [new ProduceRequest.PartitionProduceData { Index = partition, Records = batch }],
            },
        ],
        };

    public static FetchRequest Fetch(
        string topic, long offset, int maxWaitMs = 0, int minBytes = 1, int partitions = 1) => new()
        {
            MaxWaitMs = maxWaitMs,
            MinBytes = minBytes,
            MaxBytes = 10 << 20,
            Topics =
        [
            new FetchRequest.FetchTopic
            {
                Topic = topic,
                Partitions = Enumerable.Range(0, partitions).Select(partition => new FetchRequest.FetchPartition
                {
                    Partition = partition,
                    FetchOffset = offset,
                    PartitionMaxBytes = 1 << 20,
                }).ToList(),
            },
        ],
        };

    public static CreateTopicsRequest CreateTopics(
        string topic, int partitions = 1, (string Key, string Value)[]? configs = null, short replicas = 1) => new()
        {
            TimeoutMs = 10_000,
            Topics =
            [
                new CreateTopicsRequest.CreatableTopic
                {
                    Name = topic,
                    NumPartitions = partitions,
                    ReplicationFactor = replicas,
                    Configs = (configs ?? []).Select(config => new CreateTopicsRequest.CreatableTopicConfig
                    {
                        Name = config.Key,
                        Value = config.Value,
                    }).ToList(),
                },
            ],
        };

    public static IReadOnlyList<string> Values(ReadOnlyMemory<byte>? records)
    {
        var values = new List<string>();
        var rest = records ?? default;
        while (!rest.IsEmpty)
        {
            using var batch = RecordBatch.Decode(rest, 64 << 20);
            foreach (var record in batch)
            {
                values.Add(Encoding.UTF8.GetString(record.Value!.Value.Span));
            }

            rest = rest[batch.Header.TotalSize..];
        }

        return values;
    }
}
