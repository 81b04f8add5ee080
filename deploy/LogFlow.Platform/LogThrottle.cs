namespace LogFlow.Platform;

/// <summary>
/// Lets one line through in an interval, and counts those that it held back: what happens a thousand times a second is
/// not a thousand lines. Thread-safe.
/// </summary>
/// <param name="interval">Between two lines.</param>
/// <param name="time">The clock.</param>
public sealed class LogThrottle(TimeSpan interval, TimeProvider time)
{
    // Guards the two below.
    private readonly Lock _lock = new();
    private long _saidAt = long.MinValue;
    private int _unsaid;

    /// <summary>Whether a line may be written now.</summary>
    /// <param name="unsaid">How many were held back since the one before.</param>
    public bool TrySay(out int unsaid)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_saidAt != long.MinValue && time.GetElapsedTime(_saidAt, now) < interval)
            {
                _unsaid++;
                unsaid = 0;
                return false;
            }

            (unsaid, _saidAt, _unsaid) = (_unsaid, now, 0);
            return true;
        }
    }
}
