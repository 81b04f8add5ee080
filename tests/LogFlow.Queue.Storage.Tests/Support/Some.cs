using System.Text;
using LogFlow.Kafka.Protocol;

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

    public static byte[] KeyedBatch(
        IReadOnlyList<(string Key, string? Value)> records,
        long producerId = -1,
        short epoch = -1,
        int sequence = -1,
        long timestampMs = Timestamp,
        CompressionType compression = CompressionType.None,
        bool isTransactional = false)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var (key, value) in records)
        {
            builder.Append(
                timestampMs,
                Encoding.UTF8.GetBytes(key),
                Encoding.UTF8.GetBytes(value ?? ""),
                isValueNull: value is null);
        }

        using var batch = builder.Build(compression, producerId, epoch, sequence, isTransactional);
        return batch.Span.ToArray();
    }

    /// <summary>The control batch that ends a transaction (attributes: transactional and control).</summary>
    public static byte[] Marker(long producerId, short epoch, bool isCommit)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(Timestamp, [0, 0, 0, isCommit ? (byte)1 : (byte)0], new byte[6]);
        using var batch = builder.Build(CompressionType.None, producerId, epoch, -1, isTransactional: true);
        var bytes = batch.Span.ToArray();
        bytes[22] |= 0x20;
        var header = RecordBatchHeader.Read(bytes);
        (header with { Crc = Kafka.Protocol.RecordBatch.ComputeCrc(bytes) }).Write(bytes);
        return bytes;
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
