namespace LogFlow.Queue;

/// <summary>
/// One timer for the earliest of many deadlines, in monotonic milliseconds. A deadline that only moves back needs
/// nothing: the timer fires at the old time, finds nothing due and is armed anew. So heartbeats cost no timer
/// operation. Used under the group's lock.
/// </summary>
internal sealed class GroupTimer : IDisposable
{
    public const long Never = long.MaxValue;

    private readonly GroupEnvironment _environment;
    private readonly ITimer _timer;
    private long _armedForMs = Never;

    /// <param name="environment">The clock, and what the ticks run on: one that fails ends the queue.</param>
    /// <param name="onTick">Looks for what is due, and arms the timer anew.</param>
    public GroupTimer(GroupEnvironment environment, Func<Task> onTick)
    {
        _environment = environment;
        _timer = environment.Time.CreateTimer(
            _ => environment.Work.StartHere("a group's deadlines", _ => onTick()),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>The timer has fired: the next <see cref="Arm"/> counts.</summary>
    public void Reset() => _armedForMs = Never;

    public void Arm(long deadlineMs)
    {
        if (deadlineMs >= _armedForMs)
        {
            return;
        }

        _armedForMs = deadlineMs;
        // One more millisecond: the deadline is reached, not almost reached, when the timer fires.
        _timer.Change(
            TimeSpan.FromMilliseconds(Math.Max(0, deadlineMs - _environment.NowMs) + 1), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
