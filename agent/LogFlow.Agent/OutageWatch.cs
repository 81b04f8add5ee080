using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Knows whether the queue takes what it is sent: an outage is said soon, and again rarer and rarer while it lasts,
/// with since when and how much waits. Called by one loop.
/// </summary>
internal sealed partial class OutageWatch(
    TimeProvider time, ILogger logger, string subject = "The queue")
{
    /// <summary>Without acknowledgement for this long the agent is not ready.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RepeatMax = TimeSpan.FromMinutes(10);

    private DateTimeOffset _since;
    private TimeSpan _nextSaidAfter = Bound;
    private volatile string? _detail;

    /// <summary>What stands still, for health; null: nothing does.</summary>
    public string? Detail => _detail;

    /// <summary>Looks at how things are.</summary>
    /// <param name="waiting">How long the oldest thing waits; null: nothing waits.</param>
    /// <param name="what">What it waits for.</param>
    /// <param name="bytesBehind">Bytes of all files that the queue does not have.</param>
    public void Look(TimeSpan? waiting, string what, long bytesBehind)
    {
        if (waiting is not { } duration || duration < Bound)
        {
            if (_detail is not null)
            {
                Log.Over(logger, subject, _since);
            }

            _detail = null;
            _nextSaidAfter = Bound;
            return;
        }

        _since = time.GetUtcNow() - duration;
        _detail = $"{what} since {_since:yyyy-MM-dd HH:mm:ss}Z; {bytesBehind} bytes wait in files";
        if (duration >= _nextSaidAfter)
        {
            Log.Outage(logger, what, _since, (long)duration.TotalSeconds, bytesBehind);
            _nextSaidAfter = duration + TimeSpan.FromTicks(Math.Min(duration.Ticks, RepeatMax.Ticks));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4510, LogLevel.Warning,
            "{What}, since {Since:yyyy-MM-dd HH:mm:ss}Z ({Seconds} s). {Bytes} bytes wait in files; nothing is lost")]
        public static partial void Outage(
            ILogger logger, string what, DateTimeOffset since, long seconds, long bytes);

        [LoggerMessage(4511, LogLevel.Information,
            "{Subject} takes lines again; it had not since {Since:yyyy-MM-dd HH:mm:ss}Z")]
        public static partial void Over(ILogger logger, string subject, DateTimeOffset since);
    }
}
