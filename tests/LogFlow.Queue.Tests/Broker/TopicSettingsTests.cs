using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Tests;

/// <summary>Topic settings as clients meet them; what a batch is refused with is what a real Kafka says.</summary>
public sealed class TopicSettingsTests
{
    [Fact]
    public async Task Produce_LogAppendTime_IsInTheAnswerTheBatchAndTheLookup()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs", 1, ("message.timestamp.type", "LogAppendTime"));
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var produced = await client.ProduceOneAsync("logs", Some.Batch(3, timestampMs: 1000));
        Assert.InRange(produced.LogAppendTimeMs, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var fetched = RecordBatchHeader.Read((await client.FetchOneAsync("logs", 0)).Records!.Value.Span);
        Assert.Equal((true, produced.LogAppendTimeMs), (fetched.IsLogAppendTime, fetched.MaxTimestampMs));
        var found = await client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(OffsetsTests.Ask("logs", before), 5);
        Assert.Equal((0, produced.LogAppendTimeMs), (
            found.Topics[0].Partitions[0].Offset, found.Topics[0].Partitions[0].Timestamp));
    }

    [Fact]
    public async Task FlushSettings_AreSaidInTheLogAndInTheDocumentation()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("fast", 1, ("flush.messages", "1000"), ("min.insync.replicas", "2"));
        Assert.Equal(ErrorCode.None, (await client.ProduceOneAsync("fast", Some.Batch(3))).ErrorCode);
        Assert.Contains(
            queue.Warnings, warning => warning.Contains("fast has relaxed durability", StringComparison.Ordinal));
        var described = await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest
            {
                Resources = [new() { ResourceType = 2, ResourceName = "fast", ConfigurationKeys = ["flush.messages"] }],
                IncludeDocumentation = true,
            },
            4);
        var entry = Assert.Single(described.Results[0].Configs);
        Assert.Equal("1000", entry.Value);
        Assert.Contains("RELAXED DURABILITY", entry.Documentation, StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task Refusals_BesideARealKafka_AreTheSame()
    {
        await using var queue = await TestQueue.StartAsync();
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.Path);
        using var ours = await queue.ConnectAsync();
        using var theirs = await RawClient.ConnectAsync(kafka.Port);
        var expected = await RefusalsAsync(theirs);
        Assert.Equal(string.Join("\n", expected), string.Join("\n", await RefusalsAsync(ours)));
        Assert.Contains(expected, refusal => refusal.StartsWith("keyless: InvalidRecord", StringComparison.Ordinal));
        Assert.Contains(expected, refusal => refusal.StartsWith("future: InvalidTimestamp", StringComparison.Ordinal));
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task CompactedTopic_ReadByKafkasConsumer_HasTheNewestOfEachKey()
    {
        await using var queue = await TestQueue.StartAsync(config => config.LogCleanerBackoffMs = 50);
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync(
            "state", 1,
            ("cleanup.policy", "compact"), ("segment.bytes", "20000"), ("min.cleanable.dirty.ratio", "0.01"));
        for (var i = 0; i < 300; i++)
        {
            var value = $"value {i} {new string('x', 50)}";
            var batch = KeyedBatch(Enumerable.Range(0, 7).Select(key => ($"k{key}", value)));
            Assert.Equal(ErrorCode.None, (await client.ProduceOneAsync("state", batch)).ErrorCode);
        }

        await Eventually.TrueAsync(
            () => queue.Logs.At(LogLevel.Information).Any(line => line.Contains("Compacted", StringComparison.Ordinal))
                && queue.Service.GetStatus().BytesOnDisk < 60_000,
            "the cleaner has been there");
        await using var consumer = await RealServer.RunKafkaToolAsync(
            "console-consumer", "--bootstrap-server", queue.Bootstrap, "--topic", "state", "--from-beginning",
            "--timeout-ms", "15000", "--property", "print.key=true", "--property", "print.offset=true");
        for (var key = 0; key < 7; key++)
        {
            Assert.Contains($"Offset:{(299 * 7) + key}\tk{key}\tvalue 299 ", consumer.Output, StringComparison.Ordinal);
        }

        // The last one is being written: behind its batches stands what is not Kafka's.
        var log = Directory.GetFiles(queue.DataDirectory, "*.log", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).SkipLast(1).Last(path => new FileInfo(path).Length > 0);
        await using var dump = await RealServer.RunKafkaToolAsync("dump-log", "--files", log);
        Assert.Contains("isvalid: true", dump.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("isvalid: false", dump.Output, StringComparison.Ordinal);
    }

    private static async Task<List<string>> RefusalsAsync(RawClient client)
    {
        await client.CreateTopicAsync("compacted", 1, ("cleanup.policy", "compact"));
        await client.CreateTopicAsync("limited", 1, ("max.message.bytes", "200"), ("compression.type", "uncompressed"));
        await client.CreateTopicAsync("plain");
        await client.CreateTopicAsync("old", 1, ("message.timestamp.before.max.ms", "1000"));
        var keyed = KeyedBatch([("key", "value")]);
        var (year2100, year2001) = (4_102_444_800_000, 978_307_200_000);
        (string Name, string Topic, byte[] Batch)[] cases =
        [
            ("keyless", "compacted", Some.Batch(5)),
            ("keyless compressed", "compacted", Some.Batch(2, compression: CompressionType.Gzip)),
            ("keyed", "compacted", keyed),
            ("future", "plain", Some.Batch(2, timestampMs: year2100)),
            ("future compressed", "plain", Some.Batch(2, timestampMs: year2100, compression: CompressionType.Lz4)),
            ("past", "old", Some.Batch(1, timestampMs: year2001)),
            ("past without limit", "plain", Some.Batch(1, timestampMs: year2001)),
            ("too large", "limited", Some.Batch(100)),
            ("too large uncompressed", "limited",
                Some.Batch(1, new string('x', 500), compression: CompressionType.Gzip)),
        ];
        var answers = new List<string>();
        foreach (var (name, topic, batch) in cases)
        {
            var answer = await client.ProduceOneAsync(topic, batch);
            var records = answer.RecordErrors.Select(
                error => $"{error.BatchIndex} {WithoutTimes(error.BatchIndexErrorMessage)}");
            answers.Add(
                $"{name}: {answer.ErrorCode} {answer.BaseOffset} [{string.Join(", ", records)}]"
                + (answer.RecordErrors.Count > 0 ? WithoutTimes(answer.ErrorMessage) : ""));
        }

        return answers;
    }

    /// <summary>The range that a timestamp had to be in moves with the clock.</summary>
    private static string? WithoutTimes(string? message) =>
        message?.Split(". The timestamp should be within", 2)[0];

    private static byte[] KeyedBatch(IEnumerable<(string Key, string Value)> records)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var (key, value) in records)
        {
            builder.Append(1_700_000_000_000, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        }

        using var batch = builder.Build();
        return batch.Span.ToArray();
    }
}
