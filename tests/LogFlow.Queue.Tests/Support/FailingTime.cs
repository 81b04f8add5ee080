namespace LogFlow.Queue.Tests;

/// <summary>
/// A clock that throws, once, where it is asked for the time so many calls later: a defect in the middle of a request.
/// The storage's writer never meets it.
/// </summary>
internal sealed class FailingTime : TimeProvider
{
    private int _callsLeft = int.MaxValue;

    /// <summary>No timer begins: what waits with a limit fails before it waits.</summary>
    public bool FailsTimers { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        FailsTimers
            ? throw new InvalidOperationException("a defect")
            : base.CreateTimer(callback, state, dueTime, period);

    public void FailAtCall(int number) => Volatile.Write(ref _callsLeft, number);

    public override DateTimeOffset GetUtcNow()
    {
        if (Thread.CurrentThread.Name != "logflow-writer"
            && Volatile.Read(ref _callsLeft) != int.MaxValue && Interlocked.Decrement(ref _callsLeft) == 0)
        {
            Volatile.Write(ref _callsLeft, int.MaxValue);
            throw new InvalidOperationException("a defect");
        }

        return base.GetUtcNow();
    }
}
