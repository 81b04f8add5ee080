using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// What servers do to a log pipeline: lines nobody planned for, a full disk, no memory, nobody to write to.
/// </summary>
public class HostileConditionTests
{
    private const int Lines = 60_000;

    [Fact]
    public async Task Lines_HugeOrNotUtf8_ArriveMarkedAndRepaired()
    {
        using var folder = new TempDirectory();
        using var logs = new TempDirectory();
        using (var file = File.Create(logs.File("a.log")))
        {
            file.Write("before\n"u8);
            var block = new byte[1_000_000];
            block.AsSpan().Fill((byte)'x');
            for (var written = 0; written < 50; written++)
            {
                file.Write(block);
            }

            file.Write([.. "\nbad "u8, 0xFF, .. " byte\nafter\n"u8]);
        }

        await using var up = UpProcess.Start(folder.Path, logs.File("a.log"));
        using var api = await UpProcess.ReadyAsync(up, folder.Path);

        await Eventually.TrueAsync(async () => await api.TryCountAsync() == 4, () => $"4 documents\n{up.Output}");
        Assert.Equal(1, await api.TryCountAsync("log.flags:truncated"));
        Assert.Equal(1, await api.TryCountAsync("message:\"bad \uFFFD byte\""));
        Assert.Equal(2, await api.TryCountAsync("message:before OR message:after"));
        await up.StopAsync();
        Assert.Equal(0, up.ExitCode);
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Memory_RunsOut_EndsAtOnceAndNothingIsLost()
    {
        using var folder = new TempDirectory();
        using var logs = new TempDirectory();
        var path = logs.File("access.log");
        new AccessLogGenerator(1).WriteFile(path, Lines);
        var little = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x2800000" };
        await using (var starved = UpProcess.Start(folder.Path, path, little))
        {
            await starved.WaitForExitAsync(TimeSpan.FromMinutes(2));

            Assert.Contains("Out of memory", starved.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", starved.Output, StringComparison.Ordinal);
            Assert.Equal(1, starved.ExitCode);
        }

        await using var up = UpProcess.Start(folder.Path, path);
        using var api = await UpProcess.ReadyAsync(up, folder.Path);
        await Eventually.TrueAsync(
            async () => await api.TryCountAsync() >= Lines, () => $"{Lines} documents\n{up.Output}");
        await IdentityOracle.AssertEveryLineOnceAsync(api, path);
    }

    [RequiresFact(Requirement.Mount)]
    public async Task Disk_Full_WaitsSaysSoAndGoesOnByItself()
    {
        using var logs = new TempDirectory();
        using var disk = SmallDisk.InMemory(96);
        var path = logs.File("access.log");
        var data = Path.Combine(disk.Path, "data");
        await using var up = UpProcess.Start(data, path, null, "-E", "store.disk.free.min=100KB");
        using var api = await UpProcess.ReadyAsync(up, data);

        // Something else fills the disk under the running process; then lines come.
        var ballast = Path.Combine(disk.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[new DriveInfo(disk.Path).AvailableFreeSpace - 1_000_000]);
        new AccessLogGenerator(2).WriteFile(path, Lines);
        var full = await up.WaitForLineAsync("ERROR");
        Assert.Contains("full", full, StringComparison.Ordinal);

        File.Delete(ballast);

        await Eventually.TrueAsync(
            async () => await api.TryCountAsync() >= Lines, () => $"{Lines} documents\n{up.Output}");
        await IdentityOracle.AssertEveryLineOnceAsync(api, path);
        Assert.DoesNotContain("   at ", up.Output, StringComparison.Ordinal);
        await up.StopAsync();
        Assert.Equal(0, up.ExitCode);
    }

    [Fact]
    public async Task Elasticsearch_Unreachable_SaysWhichAndWaits()
    {
        using var folder = new TempDirectory();
        var path = folder.File("a.log");
        File.WriteAllText(path, "first\nsecond\n");
        var port = FreePort.Next();
        var data = folder.File("data");
        await using var up = UpProcess.Start(
            data, path, null, "-E", "store.enabled=false", "-E", $"store.address=http://127.0.0.1:{port}",
            "-E", $"processor.output.store.secret_file={StoreSecretFile.Provide(folder.File("store"))}");

        var line = await up.WaitForLineAsync("takes nothing");
        Assert.Contains($"http://127.0.0.1:{port}", line, StringComparison.Ordinal);
        Assert.Contains("nothing is lost", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", up.Output, StringComparison.Ordinal);

        // Another process becomes the store that was missing.
        await using var store = UpProcess.Start(
            folder.File("store"), "/nowhere/*.log", null, "-E", "agent.enabled=false", "-E", "processor.enabled=false",
            "-E", "queue.enabled=false", "-E", $"store.port={port}");
        using var api = await UpProcess.ReadyAsync(store, folder.File("store"));
        await Eventually.TrueAsync(async () => await api.TryCountAsync() == 2, () => $"2 documents\n{up.Output}");
    }
}
