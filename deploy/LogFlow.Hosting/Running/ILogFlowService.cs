namespace LogFlow.Hosting;

/// <summary>
/// One part of LogFlow (agent, queue, processor, store) as its host sees it: the service's own executable, the
/// appliance that runs all parts in one process, or a test.
/// </summary>
public interface ILogFlowService : IAsyncDisposable
{
    /// <summary>
    /// The part's name in messages, metrics and health answers: "agent", "queue", "processor", "store".
    /// </summary>
    string Name { get; }

    /// <summary>
    /// Completes when the service ends. Faulted when it cannot go on; then its host stops the whole process, loudly.
    /// </summary>
    Task Completion { get; }

    /// <summary>Returns when the part does its work: the port listens, the files are watched.</summary>
    /// <exception cref="StartupException">It cannot start, for a reason that the operator can mend.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes in no more, finishes what was accepted, makes it durable and returns. When
    /// <paramref name="cancellationToken"/> fires, it stops at once; nothing accepted is lost either way.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Whether the part can do its work now; asked by <c>/health/ready</c>.</summary>
    HealthReport CheckHealth();
}
