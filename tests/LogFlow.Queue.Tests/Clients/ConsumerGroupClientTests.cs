namespace LogFlow.Queue.Tests;

/// <summary>Kafka's own Java consumer by the new group protocol (group.protocol=consumer).</summary>
public sealed class ConsumerGroupClientTests
{
    private const int Records = 3000;

    [RequiresFact(Requirement.Kafka)]
    public async Task ConsoleConsumer_NewProtocol_ReadsCommitsAndIsDescribed()
    {
        await using var queue = await TestQueue.StartAsync();
        using (var client = await queue.ConnectAsync())
        {
            await client.CreateTopicAsync("logs", 3);
        }

        await ProduceAsync(queue.Bootstrap);
        var read = await RunAsync(
            queue.Bootstrap, "console-consumer", "--topic", "logs", "--group", "g", "--from-beginning",
            "--max-messages", $"{Records}", "--consumer-property", "group.protocol=consumer");
        Assert.Equal(Enumerable.Range(0, Records), Numbers(read));
        var offsets = await RunAsync(queue.Bootstrap, "consumer-groups", "--describe", "--group", "g");
        Assert.Contains("has no active members", offsets, StringComparison.Ordinal);
        Assert.Equal(3, offsets.Split('\n').Count(line => line.Contains(" logs ", StringComparison.Ordinal)));
        Assert.Contains(
            "g", await RunAsync(queue.Bootstrap, "consumer-groups", "--list", "--type", "consumer"),
            StringComparison.Ordinal);
        await RunAsync(
            queue.Bootstrap, "consumer-groups", "--group", "g", "--topic", "logs", "--reset-offsets", "--to-earliest",
            "--execute");
        await RunAsync(queue.Bootstrap, "consumer-groups", "--delete", "--group", "g");
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task Consumers_QueueKilledAndMemberKilled_EveryRecordIsReadAndTheGroupGoesOn()
    {
        using var directory = new TempDirectory();
        await using var queue = await QueueProcess.StartAsync(
            directory.Path,
            "num.partitions=4", "group.consumer.min.session.timeout.ms=6000",
            "group.consumer.session.timeout.ms=6000", "group.consumer.min.heartbeat.interval.ms=500",
            "group.consumer.heartbeat.interval.ms=500");
        await ProduceAsync(queue.Bootstrap);
        await using var first = StartConsumer(queue.Bootstrap, "--from-beginning");
        await using var second = StartConsumer(queue.Bootstrap, "--from-beginning");
        await Eventually.TrueAsync(
            async () => await IsStableWithAsync(queue.Port, 2)
                && Numbers(first.Output).Union(Numbers(second.Output)).Count() == Records,
            "two members that have read all", TimeSpan.FromSeconds(90));

        await queue.KillAsync();
        await queue.StartAgainAsync();
        await ProduceAsync(queue.Bootstrap);
        await Eventually.TrueAsync(
            () => IsReadTimes(2, first.Output, second.Output), "the second lot", TimeSpan.FromSeconds(90));
        Assert.True(await IsStableWithAsync(queue.Port, 2), "the restarted queue knows both members");

        await second.KillAsync();
        await ProduceAsync(queue.Bootstrap);

        // What was read and not committed when the queue was killed is read again: the lot may seem to be complete
        // before the killed member's session has ended.
        await Eventually.TrueAsync(
            async () => IsReadTimes(3, first.Output, second.Output) && await IsStableWithAsync(queue.Port, 1),
            "the third lot, by the member that is left", TimeSpan.FromSeconds(90));
    }

    private static ChildProcess StartConsumer(string bootstrap, params string[] more) => RealServer.StartKafkaTool(
        "console-consumer",
        [
            "--bootstrap-server", bootstrap, "--topic", "logs", "--group", "g",
            "--consumer-property", "group.protocol=consumer", "--consumer-property", "auto.commit.interval.ms=200",
            .. more,
        ]);

    private static Task<string> ProduceAsync(string bootstrap) => RunAsync(
        bootstrap, "verifiable-producer", "--topic", "logs", "--max-messages", $"{Records}");

    private static async Task<bool> IsStableWithAsync(int port, int members)
    {
        using var script = await ConsumerGroupScript.ConnectAsync(port);
        await script.DescribeAsync();
        return script.Transcript[0].Contains("Stable", StringComparison.Ordinal)
            && script.Transcript.Count == 1 + members;
    }

    /// <summary>Whether every number was read at least so often, by both together.</summary>
    private static bool IsReadTimes(int times, params string[] outputs) =>
        outputs.SelectMany(Numbers).CountBy(number => number).Count(counted => counted.Value >= times) == Records;

    private static IEnumerable<int> Numbers(string output) =>
        output.Split('\n').Where(line => int.TryParse(line, out _)).Select(int.Parse).Order();

    private static async Task<string> RunAsync(string bootstrap, string tool, params string[] arguments)
    {
        await using var process = await RealServer.RunKafkaToolAsync(
            tool, ["--bootstrap-server", bootstrap, .. arguments]);
        Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}:\n{process.Output}");
        return process.Output;
    }
}
