using System.Collections.Concurrent;

namespace LogFlow.Processor.Tests;

/// <summary>A sink that takes nothing until it is opened, or fails.</summary>
internal sealed class GatedDeadLetters : IDeadLetterSink
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many letters each call brought.</summary>
    public ConcurrentQueue<int> Calls { get; } = new();

    public DeadLetterStatus Status => DeadLetterStatus.Good;

    public void Open() => _gate.SetResult();

    public void Fail(Exception error) => _gate.SetException(error);

    public Task SendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        Calls.Enqueue(letters.Count);
        return _gate.Task.WaitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
