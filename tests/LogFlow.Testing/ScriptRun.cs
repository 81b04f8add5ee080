namespace LogFlow.Testing;

/// <summary>A server of shared/servers, started by its <c>run</c> script.</summary>
internal sealed class ScriptRun(string kind, string[] arguments) : IServerRun
{
    private ChildProcess? _script;

    public Task<string> StartAsync()
    {
        _script = ChildProcess.Start(SharedFolder.File("servers", kind, "run"), arguments);
        return _script.WaitForLineAsync("ready ", TimeSpan.FromSeconds(120));
    }

    public Task WaitForExitAsync() => _script!.WaitForExitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        if (_script is not null)
        {
            await _script.StopAsync();
            await _script.DisposeAsync();
        }
    }
}
