using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>Health and status tell what is, whatever the reason.</summary>
public sealed class HealthTests
{
    private static readonly TopicPartition Partition = new("logs", 3);

    private readonly HandTime _time = new();

    [Fact]
    public void Progress_OfAPartitionWithLagThatStands_IsToldAfterAWhile()
    {
        var progress = new PartitionProgress(_time, TimeSpan.FromSeconds(60));
        progress.Begin();
        for (var seconds = 0; seconds < 58; seconds += 2)
        {
            progress.Measured([(Partition, 41, 50)]);
            Assert.Null(progress.FindStuck());
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        progress.Measured([(Partition, 41, 52)]);
        Assert.Equal("logs-3 stands at offset 41 for 60 s with 11 record(s) to do", progress.FindStuck());
        Assert.Equal(11, progress.Lag);

        progress.Measured([(Partition, 42, 52)]);
        Assert.Null(progress.FindStuck());
        progress.Measured([(Partition, 52, 52)]);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(progress.FindStuck());
    }

    [Fact]
    public void Progress_OfAQueueThatDoesNotAnswer_IsTold()
    {
        var progress = new PartitionProgress(_time, TimeSpan.FromSeconds(60));
        progress.Begin();
        progress.Measured([(Partition, 50, 50)]);
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Contains("the queue has not told", progress.FindStuck(), StringComparison.Ordinal);
    }

    /// <summary>A partition whose first batch never comes has a lag, too.</summary>
    [Fact]
    public async Task Lag_OfAPartitionThatNothingCameOf_IsCounted()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Repeat("{}", 17));
        var consumer = queue.Connect(1, 0);
        consumer.IsSilent = true;
        await using var service = TestHost.Start(
            $$"""output { elasticsearch { hosts => "{{server.Url}}" } }""", consumer, new CollectingDeadLetters());

        await Eventually.TrueAsync(() => service.GetStatus().Lag == 17, "the lag");
    }

    [Fact]
    public async Task Loop_ThatIsCancelledWithoutAStop_EndsTheService()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var consumer = new ScriptedQueue().Connect(1, 0);
        consumer.PollFailure = new OperationCanceledException("a time-out of the client's own");
        await using var service = TestHost.Start(
            $$"""output { elasticsearch { hosts => "{{server.Url}}" } }""", consumer, new CollectingDeadLetters());

        var error = await Assert.ThrowsAsync<BackgroundWorkException>(
            () => service.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("reading the queue", error.Work);
    }

    [Fact]
    public async Task Errors_OfPlugins_AreShownWithTheirRecord()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, """{"n":"x","m":"pears"}""", """{"n":9}""", """{"n":"y","m":"plums"}""");
        await using var service = TestHost.Start(
            $$"""
            filter { if [n] > 5 { drop { } } } output { elasticsearch { hosts => "{{server.Url}}" } }
            """,
            queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 3, "the commit");

        var error = Assert.Single(service.GetStatus().PluginErrors);
        Assert.Equal(("if", "filter", 2), (error.Plugin, error.Stage, error.Count));
        Assert.Equal("logs-0 offset 2", error.Source);
        Assert.Contains("plums", error.Sample, StringComparison.Ordinal);
        Assert.NotEmpty(error.Reason);
    }
}
