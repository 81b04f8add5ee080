using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>How processes end when they are asked to, whatever holds them up.</summary>
public class SignalTests
{
    [RequiresFact(Requirement.Linux)]
    public async Task Up_SigintIgnoredSinceItsStart_StopsOnSigterm()
    {
        using var folder = new TempDirectory();
        var data = folder.File("data");
        await using var up = LogFlowProcess.StartInShell(
            "trap '' INT QUIT HUP; exec \"$@\"", "logflow", UpProcess.Arguments(data, folder.File("*.log")));
        await up.WaitForLineAsync("logflow search", TimeSpan.FromMinutes(3));

        await up.StopAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(0, up.ExitCode);
        Assert.Contains("Stopping", up.Output, StringComparison.Ordinal);
        foreach (var path in (string[])[data, Path.Combine(data, "endpoints.json"), Path.Combine(data, "queue")])
        {
            Assert.False(File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead), path);
        }
    }

    [RequiresTheory(Requirement.Linux)]
    [InlineData(ChildProcess.Sigterm)]
    [InlineData(ChildProcess.Sigint)]
    public async Task Agent_QueueGone_StopsAtOnceOnASecondSignal(int signal)
    {
        await using var services = await StuckAgentAsync("shutdown.timeout=1h");

        services.Agent!.Send(ChildProcess.Sigterm);
        await services.Agent.WaitForLineAsync("Stopping on", TimeSpan.FromMinutes(2));
        Assert.False(services.Agent.HasExited);
        services.Agent.Send(signal);

        await services.Agent.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.Contains("Stopping at once on a second signal", services.Agent.Output, StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Agent_QueueGone_StopsWithinShutdownTimeoutAndLosesNothing()
    {
        await using var services = await StuckAgentAsync("shutdown.timeout=1s");

        await services.Agent!.StopAsync(TimeSpan.FromMinutes(2));

        Assert.Contains("was stopped without draining", services.Agent.Output, StringComparison.Ordinal);
        services.StartQueue();
        services.StartAgent();
        await services.WaitForMetricAsync("logflow_agent_acknowledged_lines_total", 1);
    }

    /// <summary>An agent that has read a line which no queue takes.</summary>
    private static async Task<StuckAgent> StuckAgentAsync(string setting)
    {
        var services = new StuckAgent(setting);
        services.Append("one");
        services.StartQueue();
        services.StartAgent();
        await services.WaitForMetricAsync("logflow_agent_acknowledged_lines_total", 1);
        await services.Queue!.KillAsync();
        services.Append("two");
        await services.WaitForMetricAsync("logflow_agent_read_lines_total", 2);
        return services;
    }
}
