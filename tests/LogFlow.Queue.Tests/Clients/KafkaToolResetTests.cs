using System.Globalization;

namespace LogFlow.Queue.Tests;

/// <summary>Every reset that kafka-consumer-groups has, one after the other on one group.</summary>
public sealed class KafkaToolResetTests
{
    private const long FirstRecordMs = 1_700_000_000_000;

    [RequiresFact(Requirement.Kafka)]
    public async Task ResetOffsets_EachWay_MovesTheGroup()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        await client.ProduceOneAsync("logs", Some.Batch(20, timestampMs: FirstRecordMs));

        await ResetAsync(queue, 20, "--to-latest");
        await ResetAsync(queue, 0, "--to-earliest");
        await ResetAsync(queue, 7, "--to-offset", "7");
        await ResetAsync(queue, 12, "--shift-by", "5");
        await ResetAsync(queue, 9, "--shift-by", "-3");
        await ResetAsync(queue, 20, "--shift-by", "100");
        var tenth = DateTimeOffset.FromUnixTimeMilliseconds(FirstRecordMs + 10);
        await ResetAsync(
            queue, 10, "--to-datetime",
            tenth.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture) + "Z");

        // All records are older than a minute, and younger than twenty years.
        await ResetAsync(queue, 20, "--by-duration", "PT1M");
        await ResetAsync(queue, 0, "--by-duration", "P7300D");

        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.File("plan.csv"), "logs,0,4\n");
        await RunAsync(queue, "--from-file", directory.File("plan.csv"), "--execute");
        Assert.Equal(4, CommittedIn(queue));

        var planned = await RunAsync(queue, "--topic", "logs", "--to-current", "--dry-run");
        Assert.Contains("4", planned, StringComparison.Ordinal);
        Assert.Equal(4, CommittedIn(queue));
        await KafkaTool.RunAsync(
            queue, "consumer-groups", "--group", "g", "--delete-offsets", "--topic", "logs");
        Assert.Empty(queue.Service.GetStatus().Groups.Single().Offsets);
    }

    private static async Task ResetAsync(TestQueue queue, long expected, params string[] how)
    {
        await RunAsync(queue, ["--topic", "logs", .. how, "--execute"]);
        Assert.Equal(expected, CommittedIn(queue));
    }

    private static long CommittedIn(TestQueue queue) =>
        queue.Service.GetStatus().Groups.Single().Offsets.Single().CommittedOffset;

    private static Task<string> RunAsync(TestQueue queue, params string[] arguments) => KafkaTool.RunAsync(
        queue, "consumer-groups", ["--group", "g", "--reset-offsets", .. arguments]);
}
