using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>What a restart does with batches that are under way: the queue is asked, and bytes are needed only for what
/// it does not have.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task CopytruncateWhileWaitingForTheQueue_DoublesNothing()
    {
        await using var harness = NewHarness();
        await PutUnderWayAsync(harness);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesOpen == 2, "opened");
        CopyTruncate(harness, "c.log", "c.log.1");
        harness.AppendLines("c.log", 12, 1);
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Information, "is a copy of") == 1, "the copy is known");
        harness.Queue.Thaw();
        await harness.FinishAsync(23);
        AssertOnce(harness, 12, 11);
    }

    [Fact]
    public async Task CopytruncateBeforeTheFirstAcknowledgement_DoublesNothing()
    {
        await using var harness = NewHarness();
        harness.AppendLines("other.log", 1, 1);
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Freeze();
        harness.AppendLines("c.log", 1, 11);
        harness.AppendLines("other.log", 2, 10);
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus()!.LinesRead == 22 && harness.Queue.InSocket > 0, "sent");
        await harness.CrashAsync();
        harness.Queue.Thaw();
        CopyTruncate(harness, "c.log", "c.log.1");
        harness.AppendLines("c.log", 12, 1);
        await harness.StartAsync();
        await harness.FinishAsync(23);
        AssertOnce(harness, 12, 11);
    }

    [Fact]
    public async Task FileRemoved_ItsNeighboursAreNotDoubled()
    {
        await using var harness = NewHarness();
        await PutUnderWayAsync(harness);
        harness.Queue.Thaw();
        File.Delete(harness.PathOf("c.log"));
        await harness.StartAsync();
        harness.AppendLines("other.log", 12, 1);
        await harness.FinishAsync(harness.Queue.Messages().Contains("c.log line 11") ? 23 : 13);
        Assert.Equal(harness.Queue.Count, harness.Queue.Messages().Distinct().Count());
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
    }

    [Fact]
    public async Task FileRemoved_AndTheQueueLacksTheBatch_OnlyItsOwnLinesAreLost()
    {
        // Batches that are full leave while others are under way.
        await using var harness = NewHarness(static config => config.Kafka.BulkMaxSize = 8);
        harness.AppendLines("c.log", 1, 1);
        harness.AppendLines("other.log", 1, 1);
        await harness.StartAsync();
        await harness.HasAsync(2);
        var sent = harness.Sink.Sent;
        harness.Queue.Block();
        for (var batch = 0; batch < 4; batch++)
        {
            // The first of them leaves alone, the rest follow in batches of both files' lines, as many as fit.
            var read = harness.Agent.GetStatus()!.LinesRead;
            harness.AppendLines("c.log", 2 + (batch * 5), 5);
            harness.AppendLines("other.log", 2 + (batch * 5), 5);
            await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == read + 10, "read");
        }

        // The second one holds lines of the file that goes, whichever file was read first.
        await Eventually.TrueAsync(() => harness.Sink.Sent >= sent + 2, "sent");
        await harness.CrashAsync();
        harness.Queue.Unblock();
        File.Delete(harness.PathOf("c.log"));
        await harness.StartAsync();
        harness.AppendLines("other.log", 22, 1);
        await harness.HasAsync(23);
        await harness.StopAsync();
        Assert.Equal(
            Enumerable.Range(1, 22).Select(number => $"other.log line {number}"),
            harness.Queue.Messages().Where(message => message.StartsWith("other", StringComparison.Ordinal)));
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
        Assert.True(harness.Agent.GetStatus()!.BytesLost > 0);
        Assert.True(harness.Loggers.Count(LogLevel.Error, "they are lost") > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopytruncateWhileStopped_CopyOutsideThePaths_IsBuiltFromTheCopy(bool queueHasIt)
    {
        await using var harness = NewHarness();
        await PutUnderWayAsync(harness);
        if (queueHasIt)
        {
            harness.Queue.Thaw();
        }
        else
        {
            harness.Queue.DropSocket();
        }

        CopyTruncate(harness, "c.log", "c.log.1");
        harness.AppendLines("c.log", 12, 1);
        await harness.StartAsync(
            static config => config.Inputs[0].Paths = [config.Inputs[0].Paths[0].Replace("*.log*", "*.log")]);
        await harness.FinishAsync(23);
        AssertOnce(harness, 12, 11);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
    }

    [Fact]
    public async Task OldBroker_TellsNothing_BatchesAreSentAgainUnderTheirSequences()
    {
        await using var harness = NewHarness();
        harness.Queue.TellsProducers = false;
        await PutUnderWayAsync(harness);
        harness.Queue.Thaw();
        await harness.StartAsync();
        harness.AppendLines("c.log", 12, 1);
        await harness.FinishAsync(23);
        AssertOnce(harness, 12, 11);
        Assert.True(harness.Queue.Duplicates > 0);
    }

    [Fact]
    public async Task FileCannotBeReadForAWhile_ItsPartitionWaits_TheOthersGoOn_NothingTwice()
    {
        var files = new FaultyFiles();
        await using var harness = new AgentHarness { OpenFile = files.OpenFile };
        harness.Queue.PartitionCount = 8;
        for (var number = 0; number < 8; number++)
        {
            harness.AppendLines($"f{number}.log", 0, 1);
        }

        await harness.StartAsync();
        await harness.HasAsync(8);
        harness.Queue.Block();
        var sent = harness.Sink.Sent;
        harness.AppendLines("f0.log", 1, 10);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == 18, "read");
        await Eventually.TrueAsync(() => harness.Sink.Sent > sent, "sent");
        await harness.CrashAsync();
        harness.Queue.Unblock();
        files.Break("f0.log", FaultyCall.Read, FaultyFiles.Eio);
        await harness.StartAsync();
        for (var number = 1; number < 8; number++)
        {
            harness.AppendLines($"f{number}.log", 1, 1);
        }

        var partition = harness.Queue.Records().Single(record => record.Message == "f0.log line 0").Partition;
        var others = harness.Queue.Records().Count(record => record.Partition != partition);
        await harness.HasAsync(8 + others);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, "cannot be read again at present"));
        Assert.Contains(harness.Loggers.At(LogLevel.Warning), message =>
            message.Contains(harness.PathOf("f0.log"), StringComparison.Ordinal)
            && message.Contains("errno 5", StringComparison.Ordinal));
        files.Heal();
        await harness.FinishAsync(8 + 10 + 7);
        Assert.Equal(harness.Queue.Count, harness.Queue.Messages().Distinct().Count());
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
        Assert.Equal(0, harness.Agent.GetStatus()!.BytesLost);
    }

    [Theory]
    [InlineData(0, 10, 9, true)]
    [InlineData(0, 10, 8, false)]
    [InlineData(0, 10, 30, true)]
    [InlineData(int.MaxValue - 4, 10, 4, true)]
    [InlineData(int.MaxValue - 4, 10, 3, false)]
    [InlineData(int.MaxValue - 4, 10, int.MaxValue - 5, false)]
    [InlineData(int.MaxValue - 20, 10, 4, true)]
    [InlineData(4, 10, int.MaxValue, false)]
    public void IsCoveredBy_AcrossTheWrap(int baseSequence, int count, int last, bool expected) =>
        Assert.Equal(expected, NewIntent(baseSequence, count).IsCoveredBy(last));

    [Fact]
    public void CompareSequences_AcrossTheWrap_IsTheOrderOfSending()
    {
        var sent = new[] { int.MaxValue - 15, int.MaxValue - 5, 4, 14 };
        var sorted = sent.Reverse().Select(sequence => NewIntent(sequence, 10))
            .Order(Comparer<Intent>.Create(Intent.CompareSequences))
            .Select(intent => intent.BaseSequence);
        Assert.Equal(sent, sorted);
    }

    private static Intent NewIntent(int baseSequence, int count) => new()
    {
        Partition = 0,
        Producer = new ProducerId(1, 0),
        BaseSequence = baseSequence,
        RecordCount = count,
        Ranges = [],
    };

    private static AgentHarness NewHarness(Action<AgentConfig>? configure = null)
    {
        var harness = new AgentHarness(configure);
        harness.Queue.PartitionCount = 1;
        return harness;
    }

    /// <summary>
    /// Line 1 of each file is acknowledged; lines 2 to 11 lie in the socket when the agent is killed.
    /// </summary>
    private static async Task PutUnderWayAsync(AgentHarness harness)
    {
        harness.AppendLines("c.log", 1, 1);
        harness.AppendLines("other.log", 1, 1);
        await harness.StartAsync();
        await harness.HasAsync(2);
        harness.Queue.Freeze();
        harness.AppendLines("c.log", 2, 10);
        harness.AppendLines("other.log", 2, 10);
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus()!.LinesRead == 22 && harness.Queue.InSocket > 0, "sent");
        await harness.CrashAsync();
    }

    private static void CopyTruncate(AgentHarness harness, string name, string copy)
    {
        File.Copy(harness.PathOf(name), harness.PathOf(copy));
        using var file = new FileStream(
            harness.PathOf(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(0);
    }

    private static void AssertOnce(AgentHarness harness, int lines, int otherLines) => Assert.Equal(
        Enumerable.Range(1, lines).Select(number => $"c.log line {number}")
            .Concat(Enumerable.Range(1, otherLines).Select(number => $"other.log line {number}"))
            .Order(),
        harness.Queue.Messages().Order());
}
