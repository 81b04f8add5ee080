using System.Text;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary>The agent's program over a folder of logs: to be killed for real.</summary>
internal sealed class AgentProcess(TempDirectory folder, string output) : IAsyncDisposable
{
    private ChildProcess? _process;

    private string Logs => folder.File("logs");

    /// <summary>What the running program has written.</summary>
    public string Output => _process?.Output ?? "";

    public void AppendLines(string name, int from, int count)
    {
        Directory.CreateDirectory(Logs);
        var text = new StringBuilder();
        for (var number = from; number < from + count; number++)
        {
            text.Append($"{name} line {number}\n");
        }

        File.AppendAllText(Path.Combine(Logs, name), text.ToString());
    }

    public async Task StartAsync()
    {
        var config = folder.File("agent.yml");
        await File.WriteAllTextAsync(config, $"""
            filebeat.inputs:
              - type: filestream
                id: test
                paths: ["{Logs}/*.log"]
            path.data: {folder.File("data")}
            http.enabled: false
            {output}
            """);
        _process = ChildProcess.Start(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "logflow-agent.dll"), "run", "-c", config]);
        await _process.WaitForLineAsync("watches");
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    public Task StopAsync() => _process!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
