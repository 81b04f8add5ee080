using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>What an operator sees of transactions.</summary>
public sealed class TransactionMetricsTests : IDisposable
{
    private const string Completed = "logflow.queue.transaction.completed";
    private const string Duration = "logflow.queue.transaction.duration";
    private const string Fenced = "logflow.queue.transaction.fenced";
    private const string Open = "logflow.queue.transaction.open";
    private const string StableLag = "logflow.queue.log.last_stable_offset_lag";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Transaction_CommittedOrAborted_IsCountedWithItsDuration()
    {
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0));
        harness.Time.AdvanceMs(1500);
        Assert.Equal(ErrorCode.None, (await harness.EndAsync(producer, isCommit: true)).Error);
        Assert.Equal(ErrorCode.None, (await harness.EndAsync(producer, isCommit: true)).Error);
        Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0, 1));
        harness.Time.AdvanceMs(250);
        Assert.Equal(ErrorCode.None, (await harness.EndAsync(producer, isCommit: false)).Error);
        Assert.Equal(["1 outcome=committed", "1 outcome=aborted"], harness.Metrics.Of(Completed));
        Assert.Equal(["1.5 outcome=committed", "0.25 outcome=aborted"], harness.Metrics.Of(Duration));
        Assert.Empty(harness.Metrics.Of(Fenced));
    }

    [Fact]
    public async Task End_NothingHasBegun_IsNoTransaction()
    {
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        var next = await harness.EndAsync(producer, isCommit: false, bumpsEpoch: true);
        Assert.Equal(ErrorCode.None, next.Error);
        Assert.Empty(harness.Metrics.Of(Completed));
        Assert.Empty(harness.Metrics.Of(Duration));
    }

    [Fact]
    public async Task Upkeep_TransactionReachesItsTimeout_CountsTimedOutAndTheFencedRequests()
    {
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0));
        harness.Time.AdvanceMs(TransactionHarness.TimeoutMs + 1);
        await harness.Coordinator.RunUpkeepOnceAsync();
        Assert.Equal(["1 outcome=timed_out"], harness.Metrics.Of(Completed));
        Assert.Equal(ErrorCode.ProducerFenced, (await harness.EndAsync(producer, isCommit: true)).Error);
        Assert.Equal(ErrorCode.ProducerFenced, await harness.AddAsync(producer, 0));
        Assert.Equal(["1", "1"], harness.Metrics.Of(Fenced));
    }

    [Fact]
    public async Task Init_AnotherProducerTakesTheId_CountsTheOpenTransactionAsFenced()
    {
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0));
        await harness.InitAsync();
        Assert.Equal(["1 outcome=fenced"], harness.Metrics.Of(Completed));
    }

    [Fact]
    public async Task End_APartitionCannotBeTold_CountsWhenItIsToldAfterARestart()
    {
        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            var producer = await harness.InitAsync();
            Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0));
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(producer, 0)).Error);
            harness.Files.Fails = path => path.Contains("/0/", StringComparison.Ordinal);
            Assert.Equal(ErrorCode.None, (await harness.EndAsync(producer, isCommit: true)).Error);
            Assert.Empty(harness.Metrics.Of(Completed));
            Assert.Equal(new QueueTransactionStatus(0, 1, 0), harness.Coordinator.Count());
        }

        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            Assert.Equal(["1 outcome=committed"], harness.Metrics.Of(Completed));
            Assert.Equal(default, harness.Coordinator.Count());
        }
    }

    [Fact]
    public async Task Gauges_OpenTransaction_ShowItAndWhatItHoldsBack()
    {
        await using var queue = await TestQueue.StartAsync();
        using var metrics = queue.Measure();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("t");
        var producer = await TransactionalProducer.StartAsync(client, "id");
        Assert.Equal(ErrorCode.None, await producer.AddPartitionAsync("t"));
        Assert.Equal(ErrorCode.None, await producer.ProduceAsync("t", "x", count: 3));
        metrics.Observe();
        Assert.Equal(["1 state=Ongoing", "0 state=PrepareCommit", "0 state=PrepareAbort"], metrics.Of(Open));
        Assert.Equal(["3 topic=t partition=0"], metrics.Of(StableLag));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(isCommit: true));
        metrics.Observe();
        Assert.Equal(["0 state=Ongoing", "0 state=PrepareCommit", "0 state=PrepareAbort"], metrics.Of(Open));
        Assert.Equal(["0 topic=t partition=0"], metrics.Of(StableLag));
    }
}
