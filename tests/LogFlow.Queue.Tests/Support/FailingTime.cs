namespace LogFlow.Queue.Tests;

/// <summary>
/// A clock that throws, once, where it is asked for the time so many calls later: a defect in the middle of a request.
/// The storage's writer never meets it.
/// </summary>
internal sealed class FailingTime : TimeProvider
{
    private int _callsLeft = int.MaxValue;

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
