namespace LogFlow.Processor.Tests;

/// <summary>Keeps dead letters only once it is let go.</summary>
internal sealed class HeldDeadLetters : IDeadLetterSink
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    public CollectingDeadLetters Kept { get; } = new();

    /// <summary>Letters that were handed over and wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether it says that it is stuck.</summary>
    public bool TellsOfIt { get; init; }

    public DeadLetterStatus Status => TellsOfIt && Waiting > 0
        ? new DeadLetterStatus(DateTimeOffset.UnixEpoch, "scripted", 0)
        : DeadLetterStatus.Good;

    public void LetGo() => _letGo.SetResult();

    public async Task SendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _waiting, letters.Count);
        await _letGo.Task.WaitAsync(cancellationToken);
        await Kept.SendAsync(letters, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
