using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Processes that together ship logs into an index, each of which may be killed, frozen and started again.
/// </summary>
internal sealed class ChaosStack : IAsyncDisposable
{
    private readonly Dictionary<string, Func<ChildProcess>> _starters = [];
    private readonly Dictionary<string, ChildProcess> _running = [];
    private readonly List<string> _history = [];
    private readonly Dictionary<string, RealServer> _servers = [];

    /// <summary>All that may be killed.</summary>
    public IReadOnlyList<string> Victims => [.. _starters.Keys, .. _servers.Keys];

    /// <summary>What all have written, those that are gone too; for messages of failed tests.</summary>
    public string Output => string.Join('\n', [.. _history, .. _running.Select(Described)]);

    /// <summary>Adds one of our processes; it is started by <see cref="StartAsync"/>.</summary>
    public void Add(string name, Func<ChildProcess> start) => _starters.Add(name, start);

    /// <summary>Adds a server that runs already.</summary>
    public void Add(string name, RealServer server) => _servers.Add(name, server);

    /// <summary>Starts one that does not run.</summary>
    public async Task StartAsync(string name)
    {
        if (_servers.TryGetValue(name, out var server))
        {
            await server.RestartAsync();
            return;
        }

        if (_running.Remove(name, out var before))
        {
            _history.Add(Described(new(name, before)));
            await before.DisposeAsync();
        }

        _running[name] = _starters[name]();
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync(string name) =>
        _servers.TryGetValue(name, out var server) ? server.KillAsync() : _running[name].KillAsync();

    /// <summary>SIGSTOP, a time, SIGCONT.</summary>
    public async Task FreezeAsync(string name, TimeSpan time)
    {
        var processId = _servers.TryGetValue(name, out var server) ? server.ProcessId : _running[name].Id;
        ChildProcess.PauseById(processId);
        await Task.Delay(time);
        ChildProcess.ResumeById(processId);
    }

    /// <summary>Stops ours, drained, those that send before those that receive; each must exit with 0.</summary>
    public async Task StopAllAsync()
    {
        foreach (var (name, process) in _running.Reverse())
        {
            await process.StopAsync();
            Assert.True(process.ExitCode == 0, $"{name} exits with {process.ExitCode}:\n{process.Output}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running.Values)
        {
            await process.DisposeAsync();
        }
    }

    private static string Described(KeyValuePair<string, ChildProcess> process) =>
        $"== {process.Key}\n{process.Value.Output}";
}
