using System.Text;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Batches of Kafka's Java client and of librdkafka, as a real Kafka stored them (Records/Golden).</summary>
public class GoldenBatchTests
{
    private const int LengthMax = 1 << 20;
    private const int RecordCount = 20;

    public static TheoryData<string, CompressionType> Captures
    {
        get
        {
            var captures = new TheoryData<string, CompressionType>();
            foreach (var type in Enum.GetValues<CompressionType>())
            {
                captures.Add("java", type);
                captures.Add("lrk", type);
            }

            return captures;
        }
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void CapturedBatch_OfARealClient_HasItsRecords(string client, CompressionType type)
    {
        var index = 0;
        foreach (var batch in ReadBatches(client, type))
        {
            Assert.Equal(RecordBatchError.None, RecordBatch.Validate(batch.Span, out var header));
            Assert.Equal(index, header.BaseOffset);

            // A single record does not shrink; librdkafka then sends it as it is.
            Assert.Equal(header.Count == 1 ? header.Compression : type, header.Compression);
            using var decoded = RecordBatch.Decode(batch, LengthMax);
            foreach (var record in decoded)
            {
                Assert.Equal(index, record.Offset);
                Assert.Equal(
                    $"10.1.2.{index} - - [10/Oct/2000:13:55:{index:00} -0700] "
                    + $"\"GET /page/{index} HTTP/1.0\" 200 {index * 31}",
                    Encoding.UTF8.GetString(record.Value!.Value.Span));
                Assert.Equal(client == "java" ? $"key-{index}" : null, Text(record.Key));
                var headers = new List<string>();
                foreach (var recordHeader in record.Headers)
                {
                    headers.Add($"{Text(recordHeader.Key)}={Text(recordHeader.Value)}");
                }

                Assert.Equal(client == "java" ? [$"trace=abc{index}", "origin=web"] : [], headers);
                index++;
            }
        }

        Assert.Equal(RecordCount, index);
    }

    [Theory]
    [InlineData("java")]
    [InlineData("lrk")]
    public void Builder_SameRecords_WritesTheSameBytesAsTheClient(string client)
    {
        foreach (var batch in ReadBatches(client, CompressionType.None))
        {
            using var builder = new RecordBatchBuilder();
            using var decoded = RecordBatch.Decode(batch, LengthMax);
            foreach (var record in decoded)
            {
                var headers = new List<RecordHeader>();
                foreach (var header in record.Headers)
                {
                    headers.Add(header);
                }

                builder.Append(
                    record.TimestampMs,
                    record.Key.GetValueOrDefault().Span,
                    record.Value!.Value.Span,
                    headers.ToArray(),
                    isKeyNull: record.Key is null);
            }

            var captured = decoded.Header;
            using var built = builder.Build(
                CompressionType.None, captured.ProducerId, captured.ProducerEpoch, captured.BaseSequence);
            RecordBatch.SetBaseOffset(built.Span, captured.BaseOffset);
            RecordBatch.SetLeaderEpoch(built.Span, captured.LeaderEpoch);
            Assert.Equal(Convert.ToHexString(batch.Span), Convert.ToHexString(built.Span));
        }
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } value ? Encoding.UTF8.GetString(value.Span) : null;

    private static List<ReadOnlyMemory<byte>> ReadBatches(string client, CompressionType type)
    {
        var bytes = Convert.FromHexString(
            Resources.ReadText($"batch-{client}-{type.ToString().ToLowerInvariant()}.batch").ReplaceLineEndings(""));
        var batches = new List<ReadOnlyMemory<byte>>();
        var walk = RecordBatch.Walk(bytes);
        while (walk.MoveNext())
        {
            batches.Add(bytes.AsMemory(walk.Position, walk.Header.TotalSize));
        }

        return batches;
    }
}
