using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>What happens to files while, and between, runs. Numbers refer to reference/agent.md §5.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task RenameAndCreate_WriterStillOnOldFile_BothAreRead()
    {
        // 1
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        await using var writer = new StreamWriter(new FileStream(
            harness.PathOf("app.log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            AutoFlush = true,
        };
        writer.Write("old 1\n");
        await harness.HasAsync(1);
        File.Move(harness.PathOf("app.log"), harness.PathOf("app.log.1"));
        harness.Append("app.log", "new 1\n");
        writer.Write("old 2\n");
        await harness.HasAsync(3);
        writer.Write("old 3\n");
        await harness.FinishAsync(4);
        Assert.Equal(["new 1", "old 1", "old 2", "old 3"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task TenRapidRotations_NothingIsLost()
    {
        // 2
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            for (var number = 9; number > 0; number--)
            {
                if (File.Exists(harness.PathOf($"app.log.{number}")))
                {
                    File.Move(harness.PathOf($"app.log.{number}"), harness.PathOf($"app.log.{number + 1}"), true);
                }
            }

            if (File.Exists(harness.PathOf("app.log")))
            {
                File.Move(harness.PathOf("app.log"), harness.PathOf("app.log.1"));
            }

            harness.AppendLines("app.log", round * 100, 100);
        }

        await harness.FinishAsync(1000);
        AssertOncePerLine(harness, "app.log", 1000);
    }

    [Fact]
    public async Task RotationChainWhileStopped_EachFileResumesAtItsPosition()
    {
        // 3
        await using var harness = new AgentHarness();
        harness.AppendLines("app.log", 0, 10);
        harness.Append("app.log.1", "one\n");
        harness.Append("app.log.2", "two\n");
        await harness.StartAsync();
        await harness.HasAsync(12);
        await harness.StopAsync();
        harness.Append("app.log", "unread\n");
        File.Move(harness.PathOf("app.log.2"), harness.PathOf("app.log.3"));
        File.Move(harness.PathOf("app.log.1"), harness.PathOf("app.log.2"));
        File.Move(harness.PathOf("app.log"), harness.PathOf("app.log.1"));
        harness.Append("app.log", "fresh\n");
        await harness.StartAsync();
        await harness.FinishAsync(14);
        Assert.Single(harness.Queue.Messages(), "unread");
        Assert.Single(harness.Queue.Messages(), "fresh");
    }

    [Fact]
    public async Task RenameOutOfThePaths_UnreadTail_IsReadThroughTheOpenHandle()
    {
        // 4
        await using var harness = new AgentHarness();
        harness.Append("app.log", "one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        File.Move(harness.PathOf("app.log"), harness.PathOf("archived"));
        harness.Append("archived", "two\n");
        await harness.HasAsync(2);
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task AppendAndRename_WhileClosedForInactivity_IsRead()
    {
        // 5: Filebeat loses these lines (beats#39732).
        await using var harness = new AgentHarness(
            config => config.Inputs[0].CloseInactive = TimeSpan.FromMilliseconds(1));
        harness.Append("app.log", "one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesOpen == 0, "closed");
        await harness.StopAsync();
        harness.Append("app.log", "two\n");
        File.Move(harness.PathOf("app.log"), harness.PathOf("archived"));
        harness.Append("app.log", "three\n");
        await harness.StartAsync();
        await harness.FinishAsync(3);
        Assert.Equal(["one", "three", "two"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task Copytruncate_StaleAppendWriter_TheCopyIsNotReadAgain()
    {
        // 6
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        await using var writer = new StreamWriter(new FileStream(
            harness.PathOf("app.log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            AutoFlush = true,
        };
        for (var number = 0; number < 50; number++)
        {
            writer.Write($"app.log line {number}\n");
        }

        await harness.HasAsync(50);
        File.Copy(harness.PathOf("app.log"), harness.PathOf("app.log.1"));
        Truncate(harness.PathOf("app.log"));
        writer.BaseStream.Seek(0, SeekOrigin.End);
        for (var number = 50; number < 60; number++)
        {
            writer.Write($"app.log line {number}\n");
        }

        await harness.HasAsync(60);
        await harness.StopAsync();
        await harness.StartAsync();
        harness.Append("app.log", "app.log line 60\n");
        await harness.FinishAsync(61);
        AssertOncePerLine(harness, "app.log", 61);
    }

    [Theory]
    [InlineData("app.log.1")]
    [InlineData("app-20261121.log")]
    public async Task CopytruncateWhileStopped_UnreadTailIsReadFromTheCopy(string copy)
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("app.log", 0, 50);
        await harness.StartAsync();
        await harness.HasAsync(50);
        await harness.StopAsync();
        harness.AppendLines("app.log", 50, 10);
        File.Copy(harness.PathOf("app.log"), harness.PathOf(copy));
        Truncate(harness.PathOf("app.log"));
        harness.AppendLines("app.log", 60, 5);
        await harness.StartAsync();
        await harness.FinishAsync(65);
        AssertOncePerLine(harness, "app.log", 65);
    }

    [Fact]
    public async Task CopytruncateWhileBlocked_LinesBetweenReadAndTruncation_ComeFromTheCopy()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.MemoryQueue.Bytes = 2_000_000;
            config.Kafka.Compression = OutputCompression.None;
        });
        harness.AppendLines("app.log", 0, 10);
        await harness.StartAsync();
        await harness.HasAsync(10);
        harness.Queue.Block();

        // More than the memory budget holds: the rest is not read when the file is truncated.
        harness.AppendLines("app.log", 10, 20_000);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.BytesInMemory > 1_000_000, "budget used");
        File.Copy(harness.PathOf("app.log"), harness.PathOf("app.log.1"));
        Truncate(harness.PathOf("app.log"));
        harness.AppendLines("app.log", 20_010, 10);
        harness.Queue.Unblock();
        await harness.FinishAsync(20_020);
        AssertOncePerLine(harness, "app.log", 20_020);
    }

    [Fact]
    public async Task Copytruncate_SeenHalfBeforeARestart_TheCopyIsNotReadAgain()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("app.log", 0, 50);
        await harness.StartAsync();
        await harness.HasAsync(50);
        File.Copy(harness.PathOf("app.log"), harness.PathOf("hidden"));
        Truncate(harness.PathOf("app.log"));
        harness.AppendLines("app.log", 50, 5);
        await harness.HasAsync(55);
        await harness.StopAsync();
        File.Move(harness.PathOf("hidden"), harness.PathOf("app.log.1"));
        await harness.StartAsync();
        harness.AppendLines("app.log", 55, 5);
        await harness.FinishAsync(60);
        AssertOncePerLine(harness, "app.log", 60);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(500)]
    public async Task TruncatedWhileStopped_NewContent_IsReadFromItsBeginning(int newLines)
    {
        // 7, 8: shorter, and longer, than what was read.
        await using var harness = new AgentHarness();
        harness.AppendLines("app.log", 0, 100);
        await harness.StartAsync();
        await harness.HasAsync(100);
        await harness.StopAsync();
        Truncate(harness.PathOf("app.log"));
        harness.AppendLines("app.log", 100, newLines);
        await harness.StartAsync();
        await harness.FinishAsync(100 + newLines);
        AssertOncePerLine(harness, "app.log", 100 + newLines);
    }

    [Fact]
    public async Task TruncateAndRegrow_BetweenLooks_NewContentIsReadFromItsBeginning()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("app.log", 0, 10);
        await harness.StartAsync();
        await harness.HasAsync(10);
        File.WriteAllText(harness.PathOf("app.log"), string.Concat(
            Enumerable.Range(10, 1000).Select(number => $"app.log line {number}\n")));
        await harness.FinishAsync(1010);
        AssertOncePerLine(harness, "app.log", 1010);
    }

    [Fact]
    public async Task TruncateAndRegrow_ToTheSameLength_NewContentIsRead()
    {
        await using var harness = new AgentHarness();
        harness.Append("app.log", "aaaa\nbbbb\n");
        await harness.StartAsync();
        await harness.HasAsync(2);
        using (var file = new FileStream(
            harness.PathOf("app.log"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
            file.Write("cccc\ndddd\n"u8);
        }

        await harness.FinishAsync(4);
        Assert.Equal(["aaaa", "bbbb", "cccc", "dddd"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task TruncateWhileQueueIsBlocked_OldLinesThenNewOnes()
    {
        // 9
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        harness.Append("warm.log", "warm\n");
        await harness.HasAsync(1);
        harness.Queue.Block();
        harness.AppendLines("app.log", 0, 10);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == 11, "read");
        Truncate(harness.PathOf("app.log"));
        harness.AppendLines("app.log", 10, 5);
        harness.Queue.Unblock();
        await harness.FinishAsync(16);
        var lines = harness.Queue.Records().Where(record => record.Path.EndsWith("app.log", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 15).Select(number => $"app.log line {number}"), lines.Select(r => r.Message));
    }

    [Fact]
    public async Task TruncateThenStop_BeforeTheNextLook_RestartReadsFromTheBeginning()
    {
        // 10
        await using var harness = new AgentHarness();
        harness.AppendLines("app.log", 0, 10);
        await harness.StartAsync();
        await harness.HasAsync(10);
        Truncate(harness.PathOf("app.log"));
        await harness.CrashAsync();
        harness.AppendLines("app.log", 10, 3);
        await harness.StartAsync();
        await harness.FinishAsync(13);
        AssertOncePerLine(harness, "app.log", 13);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeleteAndRecreate_SameName_NewFileIsReadFromItsBeginning(bool whileStopped)
    {
        // 11: the file system is likely to give the same inode again.
        await using var harness = new AgentHarness(
            config => config.Inputs[0].CloseInactive = TimeSpan.FromMilliseconds(1));
        harness.Append("app.log", "same\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesOpen == 0, "closed");
        if (whileStopped)
        {
            await harness.StopAsync();
        }

        File.Delete(harness.PathOf("app.log"));
        harness.Append("app.log", "same\nother\n");
        if (whileStopped)
        {
            await harness.StartAsync();
        }

        await harness.FinishAsync(3);
        Assert.Equal(["other", "same", "same"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task TwoFiles_SameFirstKilobyte_BothAreRead()
    {
        // 12
        await using var harness = new AgentHarness();
        var head = new string('h', 2000) + "\n";
        harness.Append("a.log", head + "a\n");
        harness.Append("b.log", head + "b\n");
        await harness.StartAsync();
        await harness.FinishAsync(4);
        Assert.Single(harness.Queue.Messages(), "a");
        Assert.Single(harness.Queue.Messages(), "b");
    }

    [Fact]
    public async Task TwoFiles_SameContent_BothAreRead()
    {
        await using var harness = new AgentHarness();
        harness.Append("a.log", "same\n");
        harness.Append("b.log", "same\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task SmallFiles_AreReadAtOnceAndKeepTheirIdentityAsTheyGrow()
    {
        // 13
        await using var harness = new AgentHarness();
        harness.Append("a.log", "\n");
        harness.Append("b.log", new string('b', 199) + "\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        var expected = 1;
        for (var round = 0; round < 6; round++)
        {
            harness.Append("b.log", new string((char)('c' + round), 300) + "\n");
            await harness.HasAsync(++expected);
            await harness.StopAsync();
            await harness.StartAsync();
        }

        await harness.FinishAsync(expected);
        Assert.Single(harness.Queue.Records().Select(record => record.Key).Distinct());
    }

    [Fact]
    public async Task EmptyFiles_AndEmptyLines_MakeNoEventsAndNoHarm()
    {
        // 14
        await using var harness = new AgentHarness();
        harness.Append("zero.log", "");
        harness.Append("blank.log", "\n\r\n\n");
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()! is { BytesRead: 4, BytesBehind: 0 }, "read");
        await harness.StopAsync();
        Assert.Equal(0, harness.Queue.Count);
        await harness.StartAsync();
        harness.Append("zero.log", "a\n");
        harness.Append("blank.log", "b\n");
        await harness.FinishAsync(2);
        Assert.Equal(4, harness.Queue.Records().Single(record => record.Message == "b").Offset);
    }

    [Fact]
    public async Task PartialLineAtShutdown_CompletedAfterRestart_IsOneEvent()
    {
        // 15
        await using var harness = new AgentHarness();
        harness.Append("app.log", "one\nhal");
        await harness.StartAsync();
        await harness.HasAsync(1);
        await harness.StopAsync();
        harness.Append("app.log", "f line\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["one", "half line"], harness.Queue.Messages());
    }

    [Theory]
    [InlineData(typeof(UnauthorizedAccessException))]
    [InlineData(typeof(IOException))]
    public async Task FileCannotBeOpened_WarnedOnce_PickedUpWhenItCan(Type reason)
    {
        // 22, 31: permission denied, or too many open files. Root may read everything, so the seam plays the system.
        await using var harness = new AgentHarness();
        var attempts = 0;
        var isDenied = true;
        harness.AppendLines("known.log", 0, 3);
        await harness.StartAsync();
        await harness.HasAsync(3);
        await harness.StopAsync();
        harness.OpenFile = path =>
        {
            attempts++;
            return isDenied
                ? throw (Exception)Activator.CreateInstance(reason, $"{path}: refused")!
                : DiskLogFile.Open(path);
        };
        harness.Append("app.log", "secret\n");
        await harness.StartAsync();
        await Eventually.TrueAsync(() => attempts > 5, "tried again");
        Assert.Equal(2, harness.Loggers.Count(LogLevel.Warning, "cannot be read"));
        isDenied = false;
        await harness.FinishAsync(4);
        Assert.Equal(2, harness.Loggers.Count(LogLevel.Warning, "cannot be read"));
    }

    [Fact]
    public async Task SymbolicLink_AndTarget_AreReadOnce()
    {
        // 20
        await using var harness = new AgentHarness(config => config.Inputs[0].Symlinks = true);
        harness.Append("target.log", "one\n");
        File.CreateSymbolicLink(harness.PathOf("link.log"), harness.PathOf("target.log"));
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Append("target.log", "two\n");
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task SymbolicLink_Retargeted_NewTargetIsRead()
    {
        // 20
        await using var harness = new AgentHarness(config => config.Inputs[0].Symlinks = true);
        harness.Append("1.data", "one\n");
        harness.Append("2.data", "two\n");
        File.CreateSymbolicLink(harness.PathOf("link.log"), harness.PathOf("1.data"));
        await harness.StartAsync();
        await harness.HasAsync(1);
        File.Delete(harness.PathOf("link.log"));
        File.CreateSymbolicLink(harness.PathOf("link.log"), harness.PathOf("2.data"));
        await harness.FinishAsync(2);
        Assert.Equal(["one", "two"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task RemovedFile_FullyRead_IsForgotten()
    {
        await using var harness = new AgentHarness(config => config.Inputs[0].CloseRemoved = true);
        harness.Append("a.log", "one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        File.Delete(harness.PathOf("a.log"));
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus()! is { FilesWatched: 0, FilesOpen: 0 }, "forgotten");
        await harness.FinishAsync(1);
    }

    [Fact]
    public async Task HarvesterLimit_BelowFileCount_AllFilesAreRead()
    {
        // 33
        await using var harness = new AgentHarness(config => config.Inputs[0].HarvesterLimit = 3);
        for (var number = 0; number < 20; number++)
        {
            harness.AppendLines($"f{number}.log", 0, 10);
        }

        await harness.StartAsync();
        await harness.HasAsync(200);
        Assert.True(harness.Agent.GetStatus()!.FilesOpen <= 3);
        await harness.FinishAsync(200);
    }

    private static void Truncate(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(0);
    }

    private static void AssertOncePerLine(AgentHarness harness, string name, int count)
    {
        var expected = Enumerable.Range(0, count).Select(number => $"{name} line {number}").Order();
        Assert.Equal(expected, harness.Queue.Messages().Order());
    }
}
