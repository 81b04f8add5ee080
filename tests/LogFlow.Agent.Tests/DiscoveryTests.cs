using System.Diagnostics;
using LogFlow.Platform;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>Files that are linked, short-lived, many, or oddly named.</summary>
public sealed class DiscoveryTests
{
    [Fact]
    public async Task LinkedLog_RotatedBesideItsTargetWhileClosed_LosesNothing()
    {
        await using var harness = new AgentHarness(static config =>
        {
            config.Inputs[0].Symlinks = true;
            config.Inputs[0].CloseInactive = TimeSpan.FromMilliseconds(1);
        });
        var pods = Path.Combine(Path.GetDirectoryName(harness.Logs)!, "pods");
        Directory.CreateDirectory(pods);
        var target = Path.Combine(pods, "0.log");
        Write(target, 0, 20);
        File.CreateSymbolicLink(harness.PathOf("pod.log"), target);
        await harness.StartAsync();
        await harness.HasAsync(20);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesOpen == 0, "closed");

        // The agent looks away while the rotation happens: all three steps are there at its next look.
        await harness.StopAsync();
        Write(target, 20, 20);
        File.Move(target, target + ".20261129");
        Write(target, 40, 20);
        await harness.StartAsync();
        await harness.FinishAsync(60);
        Assert.Equal(
            Enumerable.Range(0, 60).Select(number => $"line {number}").Order(), harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task LinkedLog_WrittenWithoutScans_IsNoticedInItsTargetsFolder()
    {
        await using var harness = new AgentHarness(static config =>
        {
            config.Inputs[0].Symlinks = true;
            config.Inputs[0].CheckInterval = TimeSpan.FromHours(1);
            config.Inputs[0].BackoffInit = TimeSpan.FromHours(1);
            config.Inputs[0].BackoffMax = TimeSpan.FromHours(1);
        });
        var target = Path.Combine(Path.GetDirectoryName(harness.Logs)!, "0.log");
        Write(target, 0, 1);
        File.CreateSymbolicLink(harness.PathOf("pod.log"), target);
        await harness.StartAsync();
        await harness.HasAsync(1);
        Write(target, 1, 1);
        await harness.FinishAsync(2);
    }

    [Fact]
    public void VolumeGone_LinkToAnotherFileSystem_IsTheFileNotTheVolume()
    {
        Assert.True(FileStatus.TryGet("/tmp", followSymlinks: true, out var disk, out _));
        Assert.False(Volumes.IsGone("/proc/nothing/0.log", disk.Device));
        Assert.False(Volumes.IsGone("/tmp/nothing/0.log", disk.Device));
        Assert.True(Volumes.IsGone("/proc/nothing/0.log", 0xFFFF_0000_0001));
    }

    [Fact]
    public async Task RemovedFile_NobodyCanWriteToIt_IsClosedLongBeforeItsInactivity()
    {
        await using var harness = new AgentHarness();
        harness.Append("a.log", "one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        File.Delete(harness.PathOf("a.log"));
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus()! is { FilesWatched: 0, FilesOpen: 0 }, "closed and forgotten");
        Assert.Equal(0, harness.Agent.GetStatus()!.BytesLost);
        await harness.FinishAsync(1);
    }

    [Fact]
    public async Task RemovedFile_ItsWriterGoesOn_IsReadOn()
    {
        await using var harness = new AgentHarness();
        await using var writer = new StreamWriter(new FileStream(
            harness.PathOf("a.log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            AutoFlush = true,
        };
        writer.Write("one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        File.Delete(harness.PathOf("a.log"));

        // Several rounds of looking after files go by: another file comes and goes in the meantime.
        harness.Append("b.log", "b\n");
        await harness.HasAsync(2);
        File.Delete(harness.PathOf("b.log"));
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()! is { FilesWatched: 1 }, "b forgotten");
        writer.Write("two\n");
        await harness.FinishAsync(3);
    }

    [Fact]
    public async Task NameThatIsNotUtf8_IsReadAndShownEscaped()
    {
        await using var harness = new AgentHarness();
        Shell(harness.Logs, "printf 'one\\n' > $'caf\\xe9.log'");
        await harness.StartAsync();
        await harness.HasAsync(1);
        Shell(harness.Logs, "printf 'two\\n' >> $'caf\\xe9.log'");
        await harness.HasAsync(2);
        Assert.EndsWith("caf\\xE9.log", harness.Queue.Records()[0].Path, StringComparison.Ordinal);
        await harness.StopAsync();
        await harness.StartAsync();
        Shell(harness.Logs, "mv $'caf\\xe9.log' $'caf\\xe9.log.1'; printf 'three\\n' >> $'caf\\xe9.log.1'");
        await harness.FinishAsync(3);
        Assert.Single(harness.Queue.Records().Select(record => record.Key).Distinct());
        Assert.Equal(0, harness.Loggers.Count(LogLevel.Warning, ".log"));
    }

    [Fact]
    public async Task NewFile_WorkDoesNotGrowWithTheFilesKnownOrEnded()
    {
        var few = await CountStepsAsync(100);
        var many = await CountStepsAsync(1500);
        Assert.True(many <= (few * 2) + 200, $"{few} steps with 100 files, {many} with 1500");
    }

    /// <summary>The steps that 50 new files take when so many are known, and as many have ended.</summary>
    private static async Task<long> CountStepsAsync(int known)
    {
        await using var harness = new AgentHarness();
        for (var number = 0; number < known; number++)
        {
            harness.Append($"known-{number}.log", "line\n");
            harness.Append($"ended-{number}.log", "line\n");
        }

        await harness.StartAsync();
        await harness.HasAsync(known * 2);
        for (var number = 0; number < known; number++)
        {
            File.Delete(harness.PathOf($"ended-{number}.log"));
        }

        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesWatched == known, "forgotten");
        var input = harness.Agent.Parts!.Inputs[0];
        var before = input.Steps;
        for (var number = 0; number < 50; number++)
        {
            harness.Append($"new-{number}.log", "line\n");
        }

        await harness.HasAsync((known * 2) + 50);
        var steps = input.Steps - before;
        await harness.StopAsync();
        return steps;
    }

    private static void Write(string path, int from, int count) => File.AppendAllText(
        path, string.Concat(Enumerable.Range(from, count).Select(number => $"line {number}\n")));

    private static void Shell(string folder, string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command])
        {
            WorkingDirectory = folder,
        })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
