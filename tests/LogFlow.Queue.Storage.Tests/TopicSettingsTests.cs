using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Topic settings that act on what is appended.</summary>
public class TopicSettingsTests
{
    [Fact]
    public async Task CompactedTopic_RecordsWithoutKey_AreRefusedByTheirPlaceInTheBatch()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem(), new TopicConfig { IsCompacted = true });
        var log = await logs.PartitionAsync();
        using var builder = new RecordBatchBuilder();
        builder.Append(Some.Timestamp, "key"u8, "value"u8);
        builder.Append(Some.Timestamp, "value"u8);
        builder.Append(Some.Timestamp, ""u8, "value"u8);
        builder.Append(Some.Timestamp, "value"u8);
        using var batch = builder.Build();
        var result = await log.AppendAsync(batch.Memory);
        Assert.Equal(ErrorCode.InvalidRecord, result.Error);
        Assert.Equal([1, 3], result.RecordProblems!.Select(problem => problem.BatchIndex));
        Assert.Contains("due to 2 record errors", result.Message);
        Assert.Equal(0, log.LogEndOffset);
        Assert.Equal(0, await log.AppendOkAsync(Some.KeyedBatch([("a", "b")], compression: CompressionType.Gzip)));
    }

    [Theory]
    [InlineData(-1001, ErrorCode.InvalidTimestamp)]
    [InlineData(-1000, ErrorCode.None)]
    [InlineData(0, ErrorCode.None)]
    [InlineData(2000, ErrorCode.None)]
    [InlineData(2001, ErrorCode.InvalidTimestamp)]
    public async Task Timestamps_OutOfRange_AreRefused(long deltaMs, ErrorCode expected)
    {
        var config = new TopicConfig { TimestampBeforeMaxMs = 1000, TimestampAfterMaxMs = 2000 };
        var time = new ManualTime(Some.Timestamp);
        await using var logs = TestLog.Open(new MemoryFileSystem(), config, time);
        var log = await logs.PartitionAsync();
        var result = await log.AppendAsync(Some.RecordBatch([Some.Timestamp, Some.Timestamp + deltaMs, -1]));
        Assert.Equal(expected, result.Error);
        if (expected != ErrorCode.None)
        {
            Assert.Equal([1], result.RecordProblems!.Select(problem => problem.BatchIndex));
        }

        // The queue's own clock needs no check.
        await logs.SetTopicConfigAsync(
            log.Topic.Id, new Dictionary<string, string> { ["message.timestamp.type"] = "LogAppendTime" });
        await log.AppendOkAsync(Some.RecordBatch([Some.Timestamp + deltaMs]));
    }

    [Theory]
    [InlineData("uncompressed", CompressionType.None)]
    [InlineData("gzip", CompressionType.Gzip)]
    [InlineData("snappy", CompressionType.Snappy)]
    [InlineData("lz4", CompressionType.Lz4)]
    [InlineData("zstd", CompressionType.Zstd)]
    public async Task CompressionType_OfTheTopic_IsThatOfTheStoredBatch(string setting, CompressionType stored)
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await logs.SetTopicConfigAsync(log.Topic.Id, new Dictionary<string, string> { ["compression.type"] = setting });
        foreach (var sent in new[] { CompressionType.None, CompressionType.Gzip, CompressionType.Lz4 })
        {
            var batch = Some.KeyedBatch(
                [.. Enumerable.Range(0, 50).Select(i => ($"key {i}", (string?)$"value {i}"))],
                producerId: 9, epoch: 1, sequence: 50 * (int)log.LogEndOffset / 50, compression: sent);
            var original = batch.ToArray();
            await log.AppendOkAsync(batch);
            var (header, bytes) = log.ReadAll()[^1];
            Assert.Equal((stored, 50), (header.Compression, header.Count));
            Assert.Equal((9, (short)1, 49), (header.ProducerId, header.ProducerEpoch, header.LastOffsetDelta));
            Assert.Equal(Keys(original), Keys(bytes));
        }
    }

    [Fact]
    public async Task CompressionType_MakesTheBatchTooLarge_IsRefused()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await logs.SetTopicConfigAsync(log.Topic.Id, new Dictionary<string, string>
        {
            ["compression.type"] = "uncompressed",
            ["max.message.bytes"] = "1000",
        });
        var value = new string('x', 2000);
        var batch = Some.KeyedBatch([("key", value)], compression: CompressionType.Gzip);
        Assert.True(batch.Length < 1000);
        Assert.Equal(ErrorCode.MessageTooLarge, (await log.AppendAsync(batch)).Error);
    }

    [Fact]
    public async Task LogAppendTime_IsAnsweredStoredAndLookedUp()
    {
        var time = new ManualTime(5_000_000);
        await using var logs = TestLog.Open(new MemoryFileSystem(), new TopicConfig { IsLogAppendTime = true }, time);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 5; i++)
        {
            var result = await log.AppendAsync(Some.RecordBatch(2, timestampMs: Some.Timestamp - i));
            Assert.Equal(time.NowMs, result.LogAppendTimeMs);
            time.NowMs += 1000;
        }

        Assert.Equal((4, 5_002_000), Look(5_001_001));
        Assert.Equal((0, 5_000_000), Look(0));
        Assert.Equal(-1, log.FindOffsetByTimestamp(5_004_001).Offset);
        Assert.Equal(5_004_000, log.FindMaxTimestamp().TimestampMs);
        (long, long) Look(long timestampMs)
        {
            var found = log.FindOffsetByTimestamp(timestampMs);
            return (found.Offset, found.TimestampMs);
        }
    }

    [Theory]
    [InlineData("cleanup.policy", "shred")]
    [InlineData("delete.retention.ms", "-1")]
    [InlineData("min.cleanable.dirty.ratio", "1.1")]
    [InlineData("max.compaction.lag.ms", "0")]
    [InlineData("message.timestamp.before.max.ms", "-2")]
    [InlineData("flush.messages", "0")]
    [InlineData("min.insync.replicas", "0")]
    [InlineData("compression.gzip.level", "0")]
    [InlineData("compression.zstd.level", "23")]
    public void With_ValueOutOfRange_NamesTheKey(string key, string value)
    {
        TopicConfig.Default.With(new Dictionary<string, string> { [key] = value }, out var problem);
        Assert.Contains(key, problem);
    }

    [Fact]
    public void With_MinLagAboveMaxLag_IsAProblem()
    {
        TopicConfig.Default.With(
            new Dictionary<string, string> { ["min.compaction.lag.ms"] = "10", ["max.compaction.lag.ms"] = "9" },
            out var problem);
        Assert.Contains("min.compaction.lag.ms", problem);
    }

    private static List<string> Keys(byte[] bytes)
    {
        using var batch = RecordBatch.Decode(bytes, 1 << 20);
        var keys = new List<string>();
        foreach (var record in batch)
        {
            keys.Add($"{record.TimestampMs} {Convert.ToHexString(record.Key!.Value.Span)}");
        }

        return keys;
    }
}
