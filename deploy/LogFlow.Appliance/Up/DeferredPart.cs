using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// A part that is made when its turn to start comes, because what it needs (the queue's port, say) is known only once
/// the parts before it run.
/// </summary>
internal sealed class DeferredPart<TPart>(string name, Func<TPart> create) : ILogFlowService
    where TPart : class, ILogFlowService
{
    private readonly TaskCompletionSource _notStarted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TPart? _part;

    /// <summary>The part, once started.</summary>
    public TPart? Part => _part;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task Completion => _part?.Completion ?? _notStarted.Task;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var part = create();
        try
        {
            await part.StartAsync(cancellationToken);
        }
        catch
        {
            await part.DisposeAsync();
            throw;
        }

        _part = part;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _part?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public HealthReport CheckHealth() => _part?.CheckHealth() ?? new HealthReport(false, "starting");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _part?.DisposeAsync() ?? ValueTask.CompletedTask;
}
