using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>What stands still is known to health, said in the log, and said again rarer and rarer.</summary>
public sealed class OutageTests
{
    [Fact]
    public void Outage_IsSaidRarerAndRarer_WithSinceWhenAndHowMuchWaits()
    {
        var time = new ManualTime();
        var logs = new CollectingLogs();
        var watch = new OutageWatch(time, logs);
        var began = time.GetUtcNow();
        var said = new List<int>();
        for (var second = 0; second <= 3600; second++)
        {
            watch.Look(TimeSpan.FromSeconds(second), "The queue has not acknowledged partition 3 of logs", 4711);
            if (logs.Count(LogLevel.Warning, "4711 bytes wait") > said.Count)
            {
                said.Add(second);
            }

            time.AdvanceMs(1000);
        }

        Assert.Equal([15, 30, 60, 120, 240, 480, 960, 1560, 2160, 2760, 3360], said);
        Assert.Contains("partition 3 of logs since", watch.Detail, StringComparison.Ordinal);
        Assert.All(
            logs.At(LogLevel.Warning),
            message => Assert.Contains($"{began:yyyy-MM-dd HH:mm:ss}Z", message, StringComparison.Ordinal));
        watch.Look(null, "", 0);
        Assert.Null(watch.Detail);
        Assert.Equal(1, logs.Count(LogLevel.Information, "takes lines again"));
    }

    [Fact]
    public async Task QueueGone_WhatWaitsLongestIsKnown()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 1);
        await harness.StartAsync();
        await harness.HasAsync(1);
        var publisher = harness.Agent.Parts!.Publisher;
        await Eventually.TrueAsync(() => publisher.FindOldestWaiting() is null, "nothing waits");
        harness.Queue.Block();
        harness.AppendLines("a.log", 1, 1);
        await Eventually.TrueAsync(() => publisher.FindOldestWaiting() is { Time.Ticks: > 0 }, "a batch waits");
        harness.Queue.Unblock();
        await Eventually.TrueAsync(() => publisher.FindOldestWaiting() is null, "nothing waits");
        await harness.FinishAsync(2);
    }

    [Theory]
    [InlineData((int)SendOutcomeKind.BadTimestamp)]
    [InlineData((int)SendOutcomeKind.BadCompression)]
    public async Task RefusedForWhatTheBytesAre_IsMadeAnew_AndAccepted(int kind)
    {
        await using var harness = new AgentHarness(
            static config => config.Kafka.BackoffMax = TimeSpan.FromMilliseconds(100));
        harness.Queue.RefusesFirstBytes = new SendOutcome((SendOutcomeKind)kind, "told to");
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await harness.HasAsync(10);
        harness.AppendLines("a.log", 10, 10);
        await harness.FinishAsync(20);
        Assert.Equal(
            Enumerable.Range(0, 20).Select(number => $"a.log line {number}"), harness.Queue.Messages());
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Error, "told to"));
        Assert.Equal(1, harness.Queue.Producers);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(255)]
    public void FewDescriptors_OneClearLine(int descriptors)
    {
        var error = Assert.Throws<LogFlow.Hosting.StartupException>(() => OpenFileLimit.ForDescriptors(descriptors));
        Assert.Contains($"{descriptors} files only", error.Message, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, 64)]
    [InlineData(1024, 448)]
    [InlineData(1_048_576, 8192)]
    public void EnoughDescriptors_SomeAreLeftToTheRuntime(int descriptors, int files) =>
        Assert.Equal(files, OpenFileLimit.ForDescriptors(descriptors));

    [Fact]
    public async Task DataFolderAndRegistry_AreTheOwnersAlone()
    {
        await using var harness = new AgentHarness { UsesRealStorage = true };
        harness.AppendLines("a.log", 0, 1);
        await harness.StartAsync();
        await harness.HasAsync(1);
        await harness.StopAsync();
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(harness.Data) & UnixFileMode.OtherRead);
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(harness.Data, "registry")))
        {
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & Others);
        }
    }
}
