namespace LogFlow.Hosting.Tests;

/// <summary>A part that writes down what is asked of it.</summary>
internal sealed class ScriptedPart(string name, List<string> journal) : ILogFlowService
{
    private readonly TaskCompletionSource _completion = new();

    public bool CanStart { get; init; } = true;

    /// <summary>What a stop waits for; a part that hangs waits for ever, whatever its token says.</summary>
    public Func<CancellationToken, Task> Stopping { get; init; } = static _ => Task.CompletedTask;

    /// <summary>What the end of the part waits for.</summary>
    public Task Ending { get; init; } = Task.CompletedTask;

    public string Name => name;

    public Task Completion => _completion.Task;

    public void Fail() => _completion.SetException(new IOException("disk gone"));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        journal.Add($"start {name}");
        return CanStart ? Task.CompletedTask : throw new StartupException("port in use");
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Stopping(cancellationToken);
        journal.Add($"stop {name}");
    }

    public HealthReport CheckHealth() => HealthReport.Ready;

    public ValueTask DisposeAsync() => new(Ending);
}
