namespace LogFlow.Bulk;

/// <summary>
/// Exponential back-off with full jitter: attempt n waits a random time up to min(max, initial × 2ⁿ), so that many
/// senders which failed together do not return together. Pure: the random source is handed in.
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
/// </summary>
public sealed class BackoffPolicy
{
    private readonly TimeSpan _initial;
    private readonly TimeSpan _max;
    private readonly Func<double> _random;

    /// <param name="initial">Upper bound of the first wait.</param>
    /// <param name="max">Upper bound of every wait.</param>
    /// <param name="random">Yields values in [0, 1); null: a shared random source.</param>
    public BackoffPolicy(TimeSpan initial, TimeSpan max, Func<double>? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(initial, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, initial);
        _initial = initial;
        _max = max;
        _random = random ?? Random.Shared.NextDouble;
    }

    /// <summary>The longest wait.</summary>
    public TimeSpan Max => _max;

    /// <summary>How long to wait after the failure number <paramref name="failures"/> in a row (from 1).</summary>
    public TimeSpan GetDelay(int failures)
    {
        var doublings = Math.Clamp(failures - 1, 0, 30);
        var bound = Math.Min(_max.Ticks, _initial.Ticks * (double)(1L << doublings));
        return TimeSpan.FromTicks((long)(bound * _random()));
    }

    /// <summary>A wait near the longest, for what an operator has to mend.</summary>
    public TimeSpan GetSlowDelay() => TimeSpan.FromTicks((long)(_max.Ticks * (0.5 + (_random() / 2))));
}
