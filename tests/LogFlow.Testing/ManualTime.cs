namespace LogFlow.Testing;

/// <summary>
/// A clock that moves only when told to; timers fire on the caller's thread, in the order of their times.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    /// <summary>Guards the list and the timers' times; callbacks run outside of it.</summary>
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private long _nowMs;

    /// <inheritdoc/>
    public override long TimestampFrequency => 1000;

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _nowMs);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddMilliseconds(GetTimestamp());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state, period);
        timer.Change(dueTime, period);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Moves the clock; timers that become due fire one after the other, each at its time.</summary>
    public void AdvanceMs(long ms)
    {
        var until = GetTimestamp() + ms;
        while (TakeDue(until) is { } due)
        {
            due();
        }

        Interlocked.Exchange(ref _nowMs, until);
    }

    private Action? TakeDue(long until)
    {
        lock (_lock)
        {
            var due = _timers.Where(timer => timer.DueMs <= until).MinBy(timer => timer.DueMs);
            if (due is not null)
            {
                Interlocked.Exchange(ref _nowMs, Math.Max(_nowMs, due.DueMs));
            }

            return due?.Take();
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state, TimeSpan period) : ITimer
    {
        private TimeSpan _period = period;

        public long DueMs { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time._lock)
            {
                _period = newPeriod;
                DueMs = dueTime == Timeout.InfiniteTimeSpan
                    ? long.MaxValue
                    : time._nowMs + (long)Math.Ceiling(dueTime.TotalMilliseconds);
            }

            return true;
        }

        public Action Take()
        {
            DueMs = _period == Timeout.InfiniteTimeSpan ? long.MaxValue : DueMs + (long)_period.TotalMilliseconds;
            return () => callback(state);
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
