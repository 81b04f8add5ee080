namespace LogFlow.Queue.Tests;

/// <summary>Apache Kafka's own command-line tools, and so its Java client, against the queue.</summary>
public sealed class KafkaToolTests
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Tools_TopicsProducerConsumerAndGroups_Work()
    {
        await using var queue = await TestQueue.StartAsync();
        await RunAsync(queue, "topics", "--create", "--topic", "logs", "--partitions", "3");
        Assert.Contains(
            "PartitionCount: 3",
            await RunAsync(queue, "topics", "--describe", "--topic", "logs"),
            StringComparison.Ordinal);

        // Idempotent, acks=all: the Java client's defaults.
        var produced = await RunAsync(queue, "verifiable-producer", "--topic", "logs", "--max-messages", "1000");
        Assert.Contains("\"acked\":1000", produced, StringComparison.Ordinal);
        var consumed = await RunAsync(
            queue, "console-consumer", "--topic", "logs", "--group", "g", "--from-beginning", "--max-messages", "1000");
        Assert.Contains("Processed a total of 1000 messages", consumed, StringComparison.Ordinal);
        Assert.Equal(
            Enumerable.Range(0, 1000),
            consumed.Split('\n').Where(line => int.TryParse(line, out _)).Select(int.Parse).Order());

        var described = await RunAsync(queue, "consumer-groups", "--describe", "--group", "g");
        Assert.Contains("CURRENT-OFFSET", described, StringComparison.Ordinal);
        Assert.Contains("LAG", described, StringComparison.Ordinal);
        Assert.Contains(
            "logs", await RunAsync(queue, "get-offsets", "--topic", "logs"), StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task Tools_ConfigsResetDeleteRecordsAndDelete_Work()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        await client.ProduceOneAsync("logs", Some.Batch(20));

        await RunAsync(
            queue, "configs", "--alter", "--entity-type", "topics", "--entity-name", "logs",
            "--add-config", "retention.ms=60000");
        Assert.Contains(
            "retention.ms=60000",
            await RunAsync(queue, "configs", "--describe", "--entity-type", "topics", "--entity-name", "logs"),
            StringComparison.Ordinal);

        var reset = await RunAsync(
            queue, "consumer-groups", "--group", "g", "--topic", "logs",
            "--reset-offsets", "--to-offset", "7", "--execute");
        Assert.Contains("7", reset, StringComparison.Ordinal);
        Assert.Contains(
            "13", await RunAsync(queue, "consumer-groups", "--describe", "--group", "g"), StringComparison.Ordinal);

        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(
            directory.File("delete.json"),
            """{"partitions":[{"topic":"logs","partition":0,"offset":5}],"version":1}""");
        Assert.Contains(
            "low_watermark: 5",
            await RunAsync(queue, "delete-records", "--offset-json-file", directory.File("delete.json")),
            StringComparison.Ordinal);

        await RunAsync(queue, "consumer-groups", "--delete", "--group", "g");
        await RunAsync(queue, "topics", "--delete", "--topic", "logs");
        Assert.DoesNotContain("logs", await RunAsync(queue, "topics", "--list"), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(TestQueue queue, string tool, params string[] arguments)
    {
        await using var process = await RealServer.RunKafkaToolAsync(
            tool, ["--bootstrap-server", queue.Bootstrap, .. arguments]);
        Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}:\n{process.Output}");
        return process.Output;
    }
}
