using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>One file that cannot be looked at for a while: it is tried again, alone, and said once.</summary>
public sealed class FileFaultTests
{
    [Theory]
    [InlineData((int)FaultyCall.Open, FaultyFiles.Eio)]
    [InlineData((int)FaultyCall.Status, FaultyFiles.Estale)]
    [InlineData((int)FaultyCall.Read, FaultyFiles.Einval)]
    public async Task AtStart_OneFileFails_TheAgentStartsAndReadsTheOthers(int call, int errno)
    {
        var files = new FaultyFiles();
        await using var harness = new AgentHarness { OpenFile = files.OpenFile };
        harness.AppendLines("a.log", 0, 3);
        await harness.StartAsync();
        await harness.HasAsync(3);
        await harness.StopAsync();
        harness.AppendLines("a.log", 3, 3);
        harness.AppendLines("b.log", 0, 3);
        harness.AppendLines("c.log", 0, 3);
        files.Break("a.log", (FaultyCall)call, errno);
        files.Break("b.log", (FaultyCall)call, errno);
        await harness.StartAsync();
        await harness.HasAsync(6);
        await Eventually.TrueAsync(() => files.Failures > 8, "tried again");
        Assert.Equal(6, harness.Queue.Count);
        AssertSaidOnce(harness, "a.log", errno);
        AssertSaidOnce(harness, "b.log", errno);
        files.Heal();
        await harness.FinishAsync(12);
        Assert.Equal(0, files.Open);
    }

    [Theory]
    [InlineData((int)FaultyCall.Status, FaultyFiles.Estale)]
    [InlineData((int)FaultyCall.Status, FaultyFiles.Eio)]
    [InlineData((int)FaultyCall.Length, FaultyFiles.Estale)]
    [InlineData((int)FaultyCall.Read, FaultyFiles.Eio)]
    public async Task WhileOpen_OneFileFails_IsReadWhenItCanBe(int call, int errno)
    {
        var files = new FaultyFiles();
        await using var harness = new AgentHarness { OpenFile = files.OpenFile };
        harness.AppendLines("a.log", 0, 3);
        harness.AppendLines("b.log", 0, 3);
        await harness.StartAsync();
        await harness.HasAsync(6);
        files.Break("a.log", (FaultyCall)call, errno);
        harness.AppendLines("b.log", 3, 3);
        if ((FaultyCall)call != FaultyCall.Status)
        {
            // The length and the bytes are asked for only when there is something new.
            harness.AppendLines("a.log", 3, 3);
        }

        await Eventually.TrueAsync(() => files.Failures > 0, "failed");
        await harness.HasAsync(9);
        files.Heal();
        if ((FaultyCall)call == FaultyCall.Status)
        {
            harness.AppendLines("a.log", 3, 3);
        }

        await harness.FinishAsync(12);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, $"(errno {errno})"));
        Assert.Equal(0, harness.Loggers.Count(LogLevel.Error, ""));
        Assert.Equal(0, files.Open);
    }

    [Theory]
    [InlineData(FaultyFiles.Eio)]
    [InlineData(FaultyFiles.Estale)]
    public async Task WhileClosed_OneFileFails_IsReadWhenItCanBe(int errno)
    {
        var files = new FaultyFiles();
        await using var harness = new AgentHarness(
            static config => config.Inputs[0].CloseInactive = TimeSpan.FromMilliseconds(1))
        {
            OpenFile = files.OpenFile,
        };
        harness.AppendLines("a.log", 0, 3);
        harness.AppendLines("b.log", 0, 3);
        await harness.StartAsync();
        await harness.HasAsync(6);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesOpen == 0, "closed");
        files.Break("a.log", FaultyCall.Read, errno);
        harness.AppendLines("a.log", 3, 3);
        harness.AppendLines("b.log", 3, 3);
        await harness.HasAsync(9);
        await Eventually.TrueAsync(() => files.Failures > 2, "tried again");
        AssertSaidOnce(harness, "a.log", errno);
        files.Heal();
        await harness.FinishAsync(12);
        Assert.Equal(0, files.Open);
    }

    [Fact]
    public async Task SkippedToItsEnd_FailsAtFirst_IsSkippedLaterAndNotReadFromItsBeginning()
    {
        var files = new FaultyFiles();
        await using var harness = new AgentHarness(static config => config.Inputs[0].SeekToTail = true)
        {
            OpenFile = files.OpenFile,
        };
        harness.AppendLines("a.log", 0, 100);
        files.Break("a.log", FaultyCall.Read, FaultyFiles.Eio);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => files.Failures > 1, "tried again");
        Assert.Equal(0, files.Open);
        files.Heal();
        await Eventually.TrueAsync(() => harness.Agent.Parts!.Registry.FilesOf("test").Count == 1, "skipped");
        harness.AppendLines("a.log", 100, 2);
        await harness.FinishAsync(2);
        Assert.Equal(["a.log line 100", "a.log line 101"], harness.Queue.Messages());
    }

    [Fact]
    public async Task CopyCannotBeRead_TheCheckIsMadeAgain_NothingTwice()
    {
        var files = new FaultyFiles();
        await using var harness = new AgentHarness { OpenFile = files.OpenFile };
        harness.AppendLines("app.log", 0, 50);
        await harness.StartAsync();
        await harness.HasAsync(50);
        files.Break("app.log.1", FaultyCall.Read, FaultyFiles.Eio);
        File.Copy(harness.PathOf("app.log"), harness.PathOf("app.log.1"));
        await Eventually.TrueAsync(() => files.Failures > 0, "looked at");
        File.WriteAllText(harness.PathOf("app.log"), "app.log line 50\n");
        await harness.HasAsync(51);
        files.Heal();
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Information, "is a copy of") == 1, "the copy is known");
        await harness.FinishAsync(51);
    }

    private static void AssertSaidOnce(AgentHarness harness, string name, int errno) => Assert.Equal(
        1,
        harness.Loggers.Lines.Count(entry => entry.Level == LogLevel.Warning
            && entry.Message.Contains(harness.PathOf(name), StringComparison.Ordinal)
            && entry.Message.Contains($"(errno {errno})", StringComparison.Ordinal)));
}
