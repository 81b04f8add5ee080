using System.Text;
using LogFlow.Kafka.Protocol.Records;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Builders of test data.</summary>
internal static class Some
{
    public const long Timestamp = 1_700_000_000_000;

    public static byte[] RecordBatch(
        int count = 1,
        long producerId = -1,
        short epoch = -1,
        int sequence = -1,
        long timestampMs = Timestamp,
        int valueSize = 20,
        int seed = 0,
        CompressionType compression = CompressionType.None,
        bool isTransactional = false)
    {
        using var builder = new RecordBatchBuilder();
        var value = new byte[valueSize];
        new Random(seed).NextBytes(value);
        for (var i = 0; i < count; i++)
        {
            builder.Append(timestampMs + i, Encoding.UTF8.GetBytes($"k{i}"), value);
        }

        using var batch = builder.Build(compression, producerId, epoch, sequence, isTransactional);
        return batch.Span.ToArray();
    }

    public static byte[] RecordBatch(IReadOnlyList<long> timestampsMs)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var timestampMs in timestampsMs)
        {
            builder.Append(timestampMs, "value"u8);
        }

        using var batch = builder.Build();
        return batch.Span.ToArray();
    }
}
