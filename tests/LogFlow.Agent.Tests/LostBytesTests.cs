using System.IO.Compression;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>
/// Unread bytes whose file changed or went: found in what rotation made of it, else counted and said.
/// </summary>
public sealed class LostBytesTests
{
    [Theory]
    [InlineData("*.log*")]
    [InlineData("*.log")]
    public async Task GzippedBeforeItWasReadToItsEnd_ContinuesInTheGz(string paths)
    {
        await using var harness = NewHarness(paths);
        harness.AppendLines("app.log", 0, 20);
        await harness.StartAsync();
        await harness.HasAsync(20);
        await harness.StopAsync();
        harness.AppendLines("app.log", 20, 20);
        Compress(harness, "app.log", "app.log.1.gz");
        harness.AppendLines("app.log", 40, 1);
        await harness.StartAsync();
        await harness.HasAsync(41);
        await harness.StopAsync();

        // Known as what it is, also after another start.
        await harness.StartAsync();
        harness.AppendLines("app.log", 41, 1);
        await harness.FinishAsync(42);
        AssertOnce(harness, 42);
        Assert.Equal(0, harness.Agent.GetStatus()!.BytesLost);
    }

    [Fact]
    public async Task GzippedAfterItWasRead_IsNotReadAgain()
    {
        await using var harness = NewHarness("*.log*");
        harness.AppendLines("app.log", 0, 20);
        await harness.StartAsync();
        await harness.HasAsync(20);
        Compress(harness, "app.log", "app.log.1.gz");
        harness.AppendLines("app.log", 20, 1);
        await harness.HasAsync(21);
        await harness.StopAsync();
        await harness.StartAsync();
        harness.AppendLines("app.log", 21, 1);
        await harness.FinishAsync(22);
        AssertOnce(harness, 22);
    }

    [Fact]
    public async Task GzStillBeingWritten_IsWaitedFor()
    {
        await using var harness = NewHarness("*.log*");
        harness.AppendLines("app.log", 0, 20);
        await harness.StartAsync();
        await harness.HasAsync(20);
        await harness.StopAsync();
        harness.AppendLines("app.log", 20, 2000);
        Compress(harness, "app.log", "whole");
        var whole = File.ReadAllBytes(harness.PathOf("whole"));
        File.WriteAllBytes(harness.PathOf("app.log.1.gz"), whole[..(whole.Length / 2)]);
        await harness.StartAsync();
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Warning, "not whole") == 1, "said");
        File.WriteAllBytes(harness.PathOf("app.log.1.gz"), whole);
        await harness.FinishAsync(2020);
        AssertOnce(harness, 2020);
    }

    [Fact]
    public async Task CopytruncateWhileStopped_CopyOutsideThePaths_IsFoundByItsContent()
    {
        await using var harness = NewHarness("*.log");
        harness.AppendLines("app.log", 0, 30);
        await harness.StartAsync();
        await harness.HasAsync(30);
        await harness.StopAsync();
        harness.AppendLines("app.log", 30, 20);
        File.Copy(harness.PathOf("app.log"), harness.PathOf("app.log.1"));
        File.WriteAllText(harness.PathOf("app.log"), "app.log line 50\n");
        File.WriteAllText(harness.PathOf("app.log.2"), "another copy\n");
        await harness.StartAsync();
        await harness.HasAsync(51);
        await harness.StopAsync();
        await harness.StartAsync();
        harness.AppendLines("app.log", 51, 1);
        await harness.FinishAsync(52);
        AssertOnce(harness, 52);
        Assert.Equal(0, harness.Loggers.Count(LogLevel.Warning, "cannot be read"));
    }

    [Fact]
    public async Task TruncatedWhileStopped_NoCopy_IsSaid()
    {
        await using var harness = NewHarness("*.log");
        harness.AppendLines("app.log", 0, 30);
        await harness.StartAsync();
        await harness.HasAsync(30);
        await harness.StopAsync();
        File.WriteAllText(harness.PathOf("app.log"), "app.log line 30\n");
        File.WriteAllText(harness.PathOf("app.log.1.zst"), "not to be read");
        await harness.StartAsync();
        await harness.HasAsync(31);
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Warning, "while nobody looked") == 1, "said");
        Assert.Contains(
            harness.Loggers.At(LogLevel.Warning),
            message => message.Contains("app.log.1.zst may be one", StringComparison.Ordinal));
        await harness.FinishAsync(31);
    }

    [Fact]
    public async Task TruncatedWithUnreadBytes_NoCopy_TheyAreCounted()
    {
        await using var harness = NewHarness("*.log");
        harness.AppendLines("app.log", 0, 3);
        harness.Append("app.log", "no line end");
        await harness.StartAsync();
        await harness.HasAsync(3);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.BytesBehind == 11, "seen");
        File.WriteAllText(harness.PathOf("app.log"), "new\n");
        await harness.HasAsync(4);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.BytesLost == 11, "counted");
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, "11 bytes were gone before they could be read"));
        await harness.FinishAsync(4);
    }

    [Fact]
    public async Task RemovedBeforeItCouldBeOpened_ItsBytesAreCounted()
    {
        var files = new FaultyFiles();
        await using var harness = new AgentHarness { OpenFile = files.OpenFile };
        files.Break("a.log", FaultyCall.Open, FaultyFiles.Eio);
        harness.Append("a.log", "twelve bytes");
        await harness.StartAsync();
        File.Delete(harness.PathOf("a.log"));
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()! is { BytesLost: 12, FilesWatched: 0 }, "counted");
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, "12 bytes were gone"));
        await harness.StopAsync();
    }

    private static AgentHarness NewHarness(string paths) => new(config =>
        config.Inputs[0].Paths = [Path.Combine(Path.GetDirectoryName(config.Inputs[0].Paths[0])!, paths)]);

    private static void Compress(AgentHarness harness, string name, string to)
    {
        using (var source = File.OpenRead(harness.PathOf(name)))
        using (var target = new GZipStream(File.Create(harness.PathOf(to)), CompressionLevel.Fastest))
        {
            source.CopyTo(target);
        }

        File.Delete(harness.PathOf(name));
    }

    private static void AssertOnce(AgentHarness harness, int count) => Assert.Equal(
        Enumerable.Range(0, count).Select(number => $"app.log line {number}").Order(),
        harness.Queue.Messages().Order());
}
