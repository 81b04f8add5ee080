namespace LogFlow.Queue.Tests;

/// <summary>kcat (librdkafka) against the queue.</summary>
public sealed class KcatTests
{
    [RequiresFact(Requirement.Kcat)]
    public async Task Kcat_ProducesAFile_AndReadsItBack()
    {
        await using var queue = await TestQueue.StartAsync();
        using var directory = new TempDirectory();
        var lines = Enumerable.Range(0, 5000).Select(i => $"line {i} äöü").ToArray();
        await File.WriteAllLinesAsync(directory.File("in.txt"), lines);
        foreach (var codec in new[] { "none", "gzip", "snappy", "lz4", "zstd" })
        {
            await RunAsync("-b", queue.Bootstrap, "-t", codec, "-P", "-z", codec, "-l", directory.File("in.txt"));
            var read = await RunAsync("-b", queue.Bootstrap, "-t", codec, "-C", "-e", "-q", "-o", "beginning");
            Assert.Equal(lines, read.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [RequiresFact(Requirement.Kcat)]
    public async Task Kcat_OffsetsByTimeAndMetadata_AreAnswered()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs", 2);
        await client.ProduceOneAsync("logs", Some.Batch(10, timestampMs: 5000));
        Assert.Contains(
            "topic \"logs\" with 2 partitions", await RunAsync("-b", queue.Bootstrap, "-L"), StringComparison.Ordinal);
        Assert.Contains(
            "logs [0] offset 7",
            await RunAsync("-b", queue.Bootstrap, "-Q", "-t", "logs:0:5007"),
            StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Kcat)]
    public async Task Kcat_Group_ConsumesWithABalancedConsumer()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs", 2);
        await client.ProduceOneAsync("logs", Some.Batch(10));
        var read = await RunAsync("-b", queue.Bootstrap, "-G", "g", "-o", "beginning", "-c", "10", "-q", "logs");
        Assert.Contains("line 9", read, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        await using var kcat = await ChildProcess.RunAsync("kcat", arguments, TimeSpan.FromSeconds(60));
        Assert.True(kcat.ExitCode == 0, kcat.Output);
        return kcat.Output;
    }
}
