using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary>Messages of several lines, over restarts, crashes and rotation.</summary>
public sealed class MultilineTests
{
    private static MultilineConfig Traces(TimeSpan? timeout = null) => new()
    {
        Pattern = @"^\s",
        MatchWritten = MultilineMatch.After,
        TimeoutWritten = timeout ?? TimeSpan.FromMinutes(5),
    };

    private static AgentHarness Harness(MultilineConfig multiline, Action<InputConfig>? change = null) => new(config =>
    {
        config.Inputs[0].Multiline = multiline;
        change?.Invoke(config.Inputs[0]);
    });

    [Fact]
    public async Task Traces_AreOneEventEach_AndTheLastOneWaitsForItsEnd()
    {
        await using var harness = Harness(Traces());
        harness.Append("a.log", "one\n  at a\n  at b\ntwo\n  at c\nthree\n");
        await harness.StartAsync();
        await harness.HasAsync(2);
        harness.Append("a.log", "  at d\nfour\n");
        await harness.FinishAsync(3);
        Assert.Equal(
            ["one\n  at a\n  at b", "two\n  at c", "three\n  at d"],
            harness.Queue.Messages());
    }

    [Fact]
    public async Task LastTrace_WithoutAnotherLine_IsSentAfterTheTimeout()
    {
        await using var harness = Harness(Traces(TimeSpan.FromMilliseconds(200)));
        harness.Append("a.log", "one\n  at a\n");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal(["one\n  at a"], harness.Queue.Messages());
    }

    [Fact]
    public async Task OpenTrace_OverARestart_ArrivesWholeOnce()
    {
        await using var harness = Harness(Traces());
        harness.Append("a.log", "one\n  at a\n");
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesOpen == 1, "open");
        await harness.StopAsync();
        harness.Append("a.log", "  at b\ntwo\n");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal(["one\n  at a\n  at b"], harness.Queue.Messages());
    }

    [Fact]
    public async Task OpenTrace_RenamedAway_ArrivesWholeOnce()
    {
        await using var harness = Harness(
            Traces(), static input => input.Paths[0] = input.Paths[0].TrimEnd('*'));
        harness.Append("a.log", "one\n  at a\n");
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesOpen == 1, "open");
        File.Move(harness.PathOf("a.log"), harness.PathOf("a.log.1"));
        harness.Append("a.log", "new one\nnew two\n");
        harness.Append("a.log.1", "  at b\ntwo\n");
        await harness.FinishAsync(2);
        Assert.Equal(["new one", "one\n  at a\n  at b"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task OpenTrace_CopiedAndTruncated_GoesOnInTheCopy()
    {
        await using var harness = Harness(Traces(TimeSpan.FromSeconds(1)));
        harness.Append("a.log", "zero\none\n  at a\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        File.Copy(harness.PathOf("a.log"), harness.PathOf("a.log.1"));
        File.WriteAllText(harness.PathOf("a.log"), "");
        harness.Append("a.log", "next\nlast\n");
        await harness.FinishAsync(4);
        Assert.Equal(["last", "next", "one\n  at a", "zero"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task Kill_WithBatchesUnderWay_DoublesAndLosesNothing()
    {
        await using var harness = Harness(Traces(TimeSpan.FromMilliseconds(100)));
        harness.Queue.PartitionCount = 1;
        harness.Queue.TellsProducers = false;
        harness.Append("a.log", "zero\nzero b\n");
        await harness.StartAsync();
        await harness.HasAsync(2);
        harness.Queue.Freeze();

        // The trace is sent by its timeout; what comes then, though it looks like more of it, is an event of its own.
        harness.Append("a.log", "one\n  at a\n");
        await Eventually.TrueAsync(() => harness.Queue.InSocket > 0, "sent");
        harness.Append("a.log", "  at b\ntwo\n  at c\nthree\n");
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus()!.LinesRead >= 5, "read");
        await harness.CrashAsync();
        harness.Queue.Thaw();
        await harness.StartAsync();
        await harness.FinishAsync(6);
        Assert.Equal(
            ["zero", "zero b", "one\n  at a", "  at b", "two\n  at c", "three"], harness.Queue.Messages());
    }

    [Fact]
    public async Task GroupBeyondTheBuffer_IsCutAndTheNextIsWhole()
    {
        await using var harness = Harness(Traces(), static input =>
        {
            input.BufferSize = 1024;
            input.MaxBytes = 20_000;
            input.Multiline!.MaxLinesWritten = 10_000;
        });
        var lines = Enumerable.Range(0, 900).Select(static number => $"  at line {number:d6}\n");
        var trace = "one\n" + string.Concat(lines);
        harness.Append("a.log", trace + "two\nthree\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
        var messages = harness.Queue.Messages();
        Assert.Equal(trace.TrimEnd('\n'), messages[0]);
        Assert.Equal("two", messages[1]);
    }

    [Fact]
    public async Task MaxLines_TheRestIsLeftOutAndFlagged()
    {
        await using var harness = Harness(Traces(), static input => input.Multiline!.MaxLinesWritten = 2);
        harness.Append("a.log", "one\n a\n b\n c\ntwo\n");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal(["one\n a"], harness.Queue.Messages());
        var flags = harness.Queue.Records()[0].Event.GetProperty("log").GetProperty("flags");
        Assert.Equal("""["multiline","truncated"]""", flags.GetRawText());
    }

    [Fact]
    public async Task FewLinesPerTurn_FromARandomFile_AreTheSameMessagesAsAtOnce()
    {
        var random = new Random(4711);
        await using var harness = Harness(Traces(TimeSpan.FromSeconds(30)));
        await harness.StartAsync();
        var expected = new List<string>();
        for (var number = 0; number < 200; number++)
        {
            var message = $"event {number}";
            for (var line = random.Next(4); line > 0; line--)
            {
                message += $"\n  at {line} of {number}";
            }

            expected.Add(message);
            foreach (var part in (message + "\n").Chunk(random.Next(1, 40)))
            {
                harness.Append("a.log", new string(part));
            }
        }

        harness.Append("a.log", "end\n");
        await harness.FinishAsync(expected.Count);
        Assert.Equal(expected, harness.Queue.Messages());
    }
}
