using LogFlow.Hosting;
using LogFlow.Processor;
using LogFlow.Queue;
using LogFlow.Store;

namespace LogFlow.Appliance.Tests;

public class SnapshotBuilderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Build_PartLoggedAnError_IsTheLastError()
    {
        var errors = new[] { new LoggedError(Noon, "agent", "later"), new LoggedError(Noon, "queue", "earlier") };

        var snapshot = SnapshotBuilder.Build(null, null, Processor(), null, errors);

        Assert.Equal("2026-11-29 12:00:00Z agent: later", snapshot.LastError);
        Assert.Equal(errors, snapshot.RecentErrors);
    }

    [Fact]
    public void Build_OutputWaits_ComesBeforeWhatWasLogged()
    {
        var waiting = new OutputStatus("elasticsearch", 3, "no answer\u001b[2J", Noon);

        var snapshot = SnapshotBuilder.Build(
            null, null, Processor(waiting), null, [new LoggedError(Noon, "agent", "earlier")]);

        Assert.Equal(
            "elasticsearch waits since 2026-11-29 12:00:00Z: no answer\\u001b[2J", snapshot.LastError);
    }

    [Fact]
    public void Build_RecordRefusedAfterAnError_IsTheLastError()
    {
        var refused = new PluginError("grok", "filter", "no match", "logs-0 offset 7", "", Noon.AddMinutes(1), 1);

        var snapshot = SnapshotBuilder.Build(
            null,
            null,
            Processor() with { DeadLetters = 1, PluginErrors = [refused] },
            null,
            [new LoggedError(Noon, "agent", "earlier")]);

        Assert.Equal("2026-11-29 12:01:00Z grok: refused logs-0 offset 7: no match", snapshot.LastError);
    }

    [Fact]
    public void Build_AfterARestart_ShowsWhatIsThere()
    {
        QueueTopicStatus Topic(string name, long start, long end) => new(
            name, Guid.NewGuid(), [new QueuePartitionStatus(start, end, 0, false), new(0, 1, 0, false)]);
        var queue = QueueStatus.Empty with { Topics = [Topic("logs", 0, 25_000), Topic("logs.dlq", 2, 9)] };
        var store = new StoreStatus(25_008, 0, 1, 0, 0, 0, 0, 0, 0, 0);

        var snapshot = SnapshotBuilder.Build(null, queue, Processor(), store, []);

        Assert.Equal(25_008, snapshot.Documents);
        Assert.Equal(8, snapshot.DeadLetters);
        Assert.Equal(0, snapshot.DocumentsIndexed);
        Assert.Null(snapshot.LastError);
    }

    private static ProcessorStatus Processor(params OutputStatus[] outputs) => new(0, 0, 0, 0, 0, 0, 0, outputs);
}
