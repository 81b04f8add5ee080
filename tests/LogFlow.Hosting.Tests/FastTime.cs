namespace LogFlow.Hosting.Tests;

/// <summary>A clock whose timers are a hundred times too fast.</summary>
internal sealed class FastTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Fast(dueTime), Fast(period)));

    private static TimeSpan Fast(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / 100;

    private sealed class FastTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Fast(dueTime), Fast(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
