using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>A disk that fills up, and one whose power is cut: real file systems, where they can be mounted.</summary>
public sealed class RealDiskTests(ITestOutputHelper output)
{
    private const int Partitions = 2;

    [RequiresFact(Requirement.Mount)]
    public async Task DiskFull_ProducersMayRetryCommitsAndRetentionWorkAndServiceResumes()
    {
        using var disk = SmallDisk.InMemory(32);
        await using var queue = await QueueProcess.StartAsync(
            disk.Path, "log.segment.bytes=1048576", "message.max.bytes=500000", "log.retention.check.interval.ms=200");
        using var client = await RawClient.ConnectAsync(queue.Port);
        await client.CreateTopicAsync("logs");
        var text = new string('x', 100_000);
        var accepted = 0;
        ErrorCode error;
        while ((error = (await client.ProduceOneAsync("logs", Some.Batch(1, text))).ErrorCode) == ErrorCode.None)
        {
            accepted++;
        }

        Assert.True(error.IsRetriable(), error.ToString());
        Assert.InRange(accepted, 100, 320);
        output.WriteLine($"{accepted} batches fitted");
        for (var offset = 0; offset < 50; offset++)
        {
            var committed = await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
                CrashTests.Commit(offset), 8);
            Assert.Equal(ErrorCode.None, committed.Topics[0].Partitions[0].ErrorCode);
        }

        Assert.Equal(accepted, (await client.FetchOneAsync("logs", 0)).HighWatermark);
        var altered = await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest
            {
                Resources =
                [
                    new()
                    {
                        ResourceType = 2,
                        ResourceName = "logs",
                        Configs = [new() { Name = "retention.bytes", Value = "4000000" }],
                    },
                ],
            },
            1);
        Assert.Equal(ErrorCode.None, altered.Responses[0].ErrorCode);
        await Eventually.TrueAsync(
            async () => (await client.ProduceOneAsync("logs", Some.Batch(1, text))).ErrorCode == ErrorCode.None,
            $"producers are accepted again; the queue said:\n{queue.Output}");
        Assert.Contains("is full", queue.Output, StringComparison.Ordinal);
        Assert.Contains("has space again", queue.Output, StringComparison.Ordinal);

        // And all of it is still there after a crash at that point.
        var start = (await client.FetchOneAsync("logs", accepted)).LogStartOffset;
        await queue.KillAsync();
        await queue.StartAgainAsync();
        using var again = await RawClient.ConnectAsync(queue.Port);
        Assert.InRange((await again.FetchOneAsync("logs", accepted)).HighWatermark, accepted + 1, long.MaxValue);
        Assert.Equal(ErrorCode.None, (await again.FetchOneAsync("logs", start)).ErrorCode);
    }

    [RequiresFact(Requirement.LoopMount)]
    public async Task PowerCut_WhileProducersWrite_KeepsEveryAckOnceAndInOrder()
    {
        using var images = new TempDirectory();
        using var disk = SmallDisk.OnImage(images.File("disk.img"), 128);
        await using var queue = await QueueProcess.StartAsync(disk.Path);
        using (var admin = await RawClient.ConnectAsync(queue.Port))
        {
            await admin.CreateTopicAsync("logs", Partitions);
        }

        using var stop = new CancellationTokenSource();
        var producers = Enumerable.Range(0, Partitions)
            .Select(partition => new CrashTests.SequencedProducer(queue.Port, partition)).ToArray();
        var running = producers.Select(producer => Task.Run(() => producer.RunAsync(stop.Token))).ToArray();
        var acknowledged = new List<long[]>();
        for (var cut = 0; cut < 3; cut++)
        {
            var goal = producers.Sum(producer => producer.Acknowledged) + 150;
            await Eventually.TrueAsync(
                () => producers.Sum(producer => producer.Acknowledged) >= goal || running.Any(task => task.IsFaulted),
                $"{goal} acknowledged records; the queue said:\n{queue.Output}");
            await SignalAsync("-STOP", queue.ProcessId);
            await Eventually.TrueAsync(() => IsStopped(queue.ProcessId), "a sync that was under way to end");
            acknowledged.Add([.. producers.Select(producer => producer.Acknowledged)]);
            disk.CopyTo(images.File($"crash-{cut}.img"));
            await SignalAsync("-CONT", queue.ProcessId);
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        await queue.StopAsync();
        for (var cut = 0; cut < acknowledged.Count; cut++)
        {
            await CheckAsync(images.File($"crash-{cut}.img"), acknowledged[cut]);
        }
    }

    private async Task CheckAsync(string image, long[] acknowledged)
    {
        using var disk = SmallDisk.MountImage(image);
        await using var queue = await QueueProcess.StartAsync(disk.Path);
        using var reader = await RawClient.ConnectAsync(queue.Port);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var values = await CrashTests.ReadAllAsync(reader, partition);
            output.WriteLine($"{acknowledged[partition]} acknowledged, {values.Count} found");
            Assert.True(values.Count >= acknowledged[partition], $"{values.Count} of {acknowledged[partition]}");
            for (var i = 0; i < values.Count; i++)
            {
                Assert.Equal($"p{partition}-{i} 0", values[i]);
            }
        }

        Assert.DoesNotContain("DATA LOST", queue.Output, StringComparison.Ordinal);
        await queue.StopAsync();
    }

    /// <summary>Whether every thread stands still; one inside a sync does only when that is done.</summary>
    private static bool IsStopped(int processId) =>
        Directory.GetDirectories($"/proc/{processId}/task").All(task =>
        {
            var stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].StartsWith('T');
        });

    private static async Task SignalAsync(string signal, int processId)
    {
        await using var kill = await ChildProcess.RunAsync(
            "kill", [signal, processId.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(0, kill.ExitCode);
    }
}
