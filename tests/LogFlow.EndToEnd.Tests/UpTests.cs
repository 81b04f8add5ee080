using LogFlow.Testing;
using Xunit.Abstractions;

namespace LogFlow.EndToEnd.Tests;

/// <summary>The whole pipeline in one process, as the README starts it.</summary>
public class UpTests(ITestOutputHelper output)
{
    [RequiresFact(Requirement.Shared)]
    public async Task Up_RealLogs_IndexesEveryTerminatedLine()
    {
        using var folder = new TempDirectory();
        await using var up = UpProcess.Start(folder.Path, SharedFolder.File("data", "*.log"));
        using var api = await UpProcess.ReadyAsync(up, folder.Path);
        var expected = Directory.GetFiles(SharedFolder.File("data"), "*.log").Sum(Newlines);

        await Eventually.TrueAsync(
            async () => await api.TryCountAsync() >= expected, $"{expected} documents\n{up.Output}");

        Assert.Equal(29_116, expected);
        Assert.Equal(expected, await api.TryCountAsync());
        var search = await LogFlowProcess.RunAsync(
            "logflow", "search", "http.response.status_code:404", "--count", "--data", folder.Path);
        Assert.Equal("213\n", search.Output);
        await up.StopAsync();
        Assert.Equal(0, up.ExitCode);
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Up_KilledAtRandomMoments_IndexesEveryLineOnce()
    {
        var random = new Random(Seeds.Next(output));
        var lines = Seeds.Size("LOGFLOW_CRASH_LINES", 100_000);
        var kills = Seeds.Size("LOGFLOW_CRASH_KILLS", 4);
        using var folder = new TempDirectory();
        using var logs = new TempDirectory();
        var path = logs.File("access.log");
        new AccessLogGenerator(random.Next()).WriteFile(path, lines);
        for (var kill = 0; kill < kills; kill++)
        {
            await using var doomed = UpProcess.Start(folder.Path, path);
            using var api = await UpProcess.ReadyAsync(doomed, folder.Path);
            var documents = await api.TryCountAsync();
            var limit = documents + random.Next(1, Math.Max(2, lines / (kills + 1)));
            await Eventually.TrueAsync(
                async () => await CountAsync(doomed, api) is var count && (count >= limit || count >= lines),
                $"{limit} documents\n{doomed.Output}");
            await Task.Delay(random.Next(0, 300));
            output.WriteLine($"kill {kill} with {await api.TryCountAsync()} documents");
            await doomed.KillAsync();
        }

        await using var up = UpProcess.Start(folder.Path, path);
        using var final = await UpProcess.ReadyAsync(up, folder.Path);
        await Eventually.TrueAsync(
            async () => await CountAsync(up, final) >= lines,
            $"{lines} documents\n{up.Output}",
            TimeSpan.FromMinutes(3));

        Assert.Equal(lines, await final.TryCountAsync());
        await IdentityOracle.AssertEveryLineOnceAsync(final, path);
        await up.StopAsync();
        Assert.Equal(0, up.ExitCode);
    }

    /// <summary>What is searchable; a process that ended by itself is not waited for.</summary>
    private static async Task<long> CountAsync(ChildProcess up, SearchApi api)
    {
        Assert.False(up.HasExited, $"it ended by itself:\n{up.Output}");
        return await api.TryCountAsync();
    }

    private static long Newlines(string path) => File.ReadAllBytes(path).LongCount(value => value == '\n');
}
