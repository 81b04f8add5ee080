namespace LogFlow.Hosting;

/// <summary>
/// Notices work that stands still: there is some, and what counts what is done has not moved for a while. It looks
/// only when it is asked, as health checks do; between two of them nothing runs.
/// </summary>
/// <param name="patience">How long nothing may move before it is said.</param>
/// <param name="time">The clock.</param>
public sealed class ProgressWatch(TimeSpan patience, TimeProvider time)
{
    // Guards the two below.
    private readonly Lock _lock = new();
    private long _seen;
    private long? _movedAt;

    /// <summary>For how long nothing has moved, once that is longer than allowed; else null.</summary>
    /// <param name="done">What was done since the start; only whether it changes counts.</param>
    /// <param name="hasWork">Whether there is anything to do.</param>
    public TimeSpan? Look(long done, bool hasWork)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!hasWork || _movedAt is not { } movedAt || done != _seen)
            {
                _seen = done;
                _movedAt = hasWork ? now : null;
                return null;
            }

            var still = time.GetElapsedTime(movedAt, now);
            return still >= patience ? still : null;
        }
    }
}
