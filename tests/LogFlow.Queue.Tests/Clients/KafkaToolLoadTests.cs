namespace LogFlow.Queue.Tests;

/// <summary>Kafka's performance and verification tools against the queue: that they work, not how fast.</summary>
public sealed class KafkaToolLoadTests
{
    [RequiresFact(Requirement.Kafka)]
    public async Task PerfTests_EachCodec_ProduceAndConsumeAll()
    {
        await using var queue = await TestQueue.StartAsync();
        foreach (var codec in new[] { "none", "gzip", "snappy", "lz4", "zstd" })
        {
            var produced = await KafkaTool.RunAsync(
                "producer-perf-test", "--topic", codec, "--num-records", "20000", "--record-size", "200",
                "--throughput", "-1", "--producer-props", $"bootstrap.servers={queue.Bootstrap}",
                $"compression.type={codec}");
            Assert.Contains("20000 records sent", produced, StringComparison.Ordinal);
            Assert.Contains(
                $"{codec}:0:20000",
                await KafkaTool.RunAsync(queue, "get-offsets", "--topic", codec),
                StringComparison.Ordinal);
        }

        var consumed = await KafkaTool.RunAsync(
            queue, "consumer-perf-test", "--topic", "zstd", "--messages", "20000", "--group", "perf");
        Assert.Contains(", 20000, ", consumed, StringComparison.Ordinal);
    }

    [RequiresTheory(Requirement.Kafka)]
    [InlineData("classic")]
    [InlineData("consumer")]
    public async Task VerifiableConsumer_EitherProtocol_ReadsAndCommitsAll(string protocol)
    {
        await using var queue = await TestQueue.StartAsync(config => config.NumPartitions = 3);
        var produced = await KafkaTool.RunAsync(
            queue, "verifiable-producer", "--topic", "logs", "--max-messages", "2000", "--acks", "-1");
        Assert.Contains("\"acked\":2000", produced, StringComparison.Ordinal);
        var consumed = await KafkaTool.RunAsync(
            queue, "verifiable-consumer", "--topic", "logs", "--group-id", "g", "--max-messages", "2000",
            "--reset-policy", "earliest", "--group-protocol", protocol);
        Assert.Contains("offsets_committed", consumed, StringComparison.Ordinal);
        Assert.Contains("\"success\":true", consumed, StringComparison.Ordinal);
        Assert.DoesNotContain("\"success\":false", consumed, StringComparison.Ordinal);
        var group = Assert.Single(queue.Service.GetStatus().Groups);
        Assert.Equal((2000, 0), (group.Offsets.Sum(offset => offset.CommittedOffset), group.TotalLag));
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task BrokerApiVersions_NamesEveryApiOfTheQueue()
    {
        await using var queue = await TestQueue.StartAsync();
        var versions = await KafkaTool.RunAsync(queue, "broker-api-versions");
        foreach (var api in new[]
        {
            "Produce(0): ", "Fetch(1): ", "ApiVersions(18): ", "ConsumerGroupHeartbeat(68): 0 to 1",
            "ConsumerGroupDescribe(69): 0 to 1",
        })
        {
            Assert.Contains(api, versions, StringComparison.Ordinal);
        }
    }
}
