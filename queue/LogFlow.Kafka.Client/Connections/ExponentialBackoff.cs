namespace LogFlow.Kafka.Client;

/// <summary>
/// Delays that double from a minimum to a maximum, each with ±20 % jitter so that clients which lost the same broker do
/// not return in step (Kafka's <c>reconnect.backoff.ms</c>, KIP-144 and KIP-580).
/// </summary>
internal static class ExponentialBackoff
{
    private const double Jitter = 0.2;

    /// <summary>The delay after so many failures in a row, counted from 1.</summary>
    public static TimeSpan Delay(int failures, TimeSpan first, TimeSpan max)
    {
        // 2^30 times any sensible minimum is beyond any maximum.
        var exponent = Math.Min(Math.Max(failures - 1, 0), 30);
        var milliseconds = Math.Min(first.TotalMilliseconds * (1L << exponent), max.TotalMilliseconds);
        var factor = 1 - Jitter + (Random.Shared.NextDouble() * 2 * Jitter);
        return TimeSpan.FromMilliseconds(milliseconds * factor);
    }
}
