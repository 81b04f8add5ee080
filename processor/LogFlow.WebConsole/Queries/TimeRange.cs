using System.Globalization;
using LogFlow.Hosting;

namespace LogFlow.WebConsole;

/// <summary>
/// The time that a search is about. "15m" ends a minute after now, not at now: clocks of other machines may be ahead so
/// far, and what is later has a wrong date (it is counted apart).
/// </summary>
/// <param name="From">The oldest; null: no bound.</param>
/// <param name="To">The newest.</param>
/// <param name="IsRelative">Whether it moves with the clock.</param>
internal readonly record struct TimeRange(DateTimeOffset? From, DateTimeOffset To, bool IsRelative)
{
    private static readonly TimeSpan FutureAfter = TimeSpan.FromMinutes(1);

    /// <summary>The range for "15m", "7d", "all" or "FROM/TO".</summary>
    /// <exception cref="BackendException">It is none of these.</exception>
    public static TimeRange Parse(string text, DateTimeOffset now)
    {
        if (text is "all")
        {
            return new TimeRange(null, now + FutureAfter, true);
        }

        if (text.Split('/') is [var first, var second] && TryTime(first, out var from) && TryTime(second, out var to))
        {
            return from <= to ? new TimeRange(from, to, false) : new TimeRange(to, from, false);
        }

        return Duration.TryParse(text, out var ago) && ago > TimeSpan.Zero && ago < TimeSpan.FromDays(36_500)
            ? new TimeRange(now - ago, now + FutureAfter, true)
            : throw BackendException.BadRequest($"'{text}' is no range of time: 15m, 7d, all, or FROM/TO in ISO 8601");
    }

    private static bool TryTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
