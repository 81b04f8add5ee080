namespace LogFlow.Processor;

/// <summary>Where records go that cannot be processed.</summary>
internal interface IDeadLetterSink : IAsyncDisposable
{
    /// <summary>Faulted when work of its own cannot go on; a sink without such work never completes it.</summary>
    Task Completion => Task.Delay(Timeout.Infinite);

    /// <summary>How it stands; asked from any thread.</summary>
    DeadLetterStatus Status { get; }

    /// <summary>
    /// Returns when the letters are kept as safely as the sink can; it tries until then. Called from several threads.
    /// </summary>
    Task SendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);
}
