using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// A fetch that fails, at whatever step, costs its connection and nothing else: what it held comes back, and the same
/// partitions are read by others.
/// </summary>
public sealed class FetchMemoryTests : IDisposable
{
    private const int Version = 12;

    private readonly TempDirectory _directory = new();
    private readonly FailingTime _time = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>The n-th read of a segment is the defect, from the first one to one more than a fetch has.</summary>
    [Fact]
    public async Task Read_Throws_EverythingComesBack()
    {
        await using var logs = await OpenAsync();
        await using var server = await StartAsync(logs);
        var failed = 0;
        for (var number = 1; ; number++)
        {
            var left = number;
            logs.Files.Reading = path =>
            {
                if (path.EndsWith(".log", StringComparison.Ordinal) && --left == 0)
                {
                    throw new InvalidOperationException("a defect");
                }
            };
            using var client = await server.ConnectAsync();
            await client.SendAsync<FetchRequest, FetchResponse>(
                Some.Fetch(TransactionHarness.Topic, 0, partitions: 2), Version);
            if (await client.IsClosedAsync())
            {
                failed++;
                await AssertUsableAsync(logs, server);
                continue;
            }

            // The answer came: this fetch had fewer reads.
            break;
        }

        Assert.InRange(failed, 2, 100);
    }

    [Fact]
    public async Task Wait_Throws_EverythingComesBack()
    {
        await using var logs = await OpenAsync();
        await using var server = await StartAsync(logs);
        _time.FailsTimers = true;
        using (var client = await server.ConnectAsync())
        {
            await client.SendAsync<FetchRequest, FetchResponse>(
                Some.Fetch(TransactionHarness.Topic, 1, maxWaitMs: 60_000, partitions: 2), Version);
            Assert.True(await client.IsClosedAsync());
        }

        _time.FailsTimers = false;
        await AssertUsableAsync(logs, server);
    }

    private static async Task AssertUsableAsync(TransactionHarness logs, StalledServer server)
    {
        await Eventually.TrueAsync(() => server.Server.Buffers.LentCount == 0, "all memory to come back");
        await Eventually.TrueAsync(() => server.Server.Budget.BytesHeld == 0, "its share of the budget to come back");
        logs.Files.Reading = null;
        using var other = await server.ConnectAsync();
        var sent = await other.SendAsync<FetchRequest, FetchResponse>(
            Some.Fetch(TransactionHarness.Topic, 0, partitions: 2), Version);
        var answer = await other.ReceiveAsync<FetchRequest, FetchResponse>(sent, Version);
        Assert.All(answer.Responses[0].Partitions, partition =>
        {
            Assert.Equal(ErrorCode.None, partition.ErrorCode);
            Assert.NotEqual(0, partition.Records!.Value.Length);
        });
    }

    private async Task<TransactionHarness> OpenAsync()
    {
        var logs = await TransactionHarness.OpenAsync(_directory.Path);
        for (var partition = 0; partition < 2; partition++)
        {
            var batch = Some.Batch(1, new string('x', 50_000));
            using var memory = new LogFlow.Platform.BytePool(0).Rent(batch.Length);
            batch.CopyTo(memory.Value.Memory);
            var appended = await logs.Log(partition).AppendAsync(memory, memory.Value.Memory);
            Assert.Equal(ErrorCode.None, appended.Error);
        }

        return logs;
    }

    private Task<StalledServer> StartAsync(TransactionHarness logs) => StalledServer.StartAsync(
        (metrics, budget) => [new FetchHandler(
            new TopicCatalog(logs.Logs, TestQueue.Config("")), budget, metrics, _time)]);
}
