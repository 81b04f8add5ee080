using System.Text;

namespace LogFlow.Store;

/// <summary>Time zones by name or offset, in milliseconds.</summary>
internal static class Zones
{
    public static TimeZoneInfo Parse(string text)
    {
        if (text is "Z" or "UTC" or "utc" or "")
        {
            return TimeZoneInfo.Utc;
        }

        if (TimeText.Zone(Encoding.UTF8.GetBytes(text), out var offsetMs) && offsetMs % 60_000 == 0)
        {
            return offsetMs == 0
                ? TimeZoneInfo.Utc
                : TimeZoneInfo.CreateCustomTimeZone(text, TimeSpan.FromMilliseconds(offsetMs), text, text);
        }

        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(text);
        }
        catch (Exception error) when (error is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new QueryException("illegal_argument_exception", $"Unknown time-zone ID: {text}");
        }
    }

    public static long OffsetMs(long utcMs, TimeZoneInfo zone)
    {
        if (zone == TimeZoneInfo.Utc)
        {
            return 0;
        }

        // Beyond .NET's calendar no zone has transitions.
        var clamped = Math.Clamp(utcMs, -62_135_000_000_000, 253_402_000_000_000);
        return (long)zone.GetUtcOffset(DateTime.UnixEpoch.AddMilliseconds(clamped)).TotalMilliseconds;
    }

    /// <summary>
    /// The instant of a local time. In a gap: the instant of the transition; where it occurs twice: the earlier.
    /// </summary>
    public static long ToUtc(long localMs, TimeZoneInfo zone)
    {
        if (zone == TimeZoneInfo.Utc)
        {
            return localMs;
        }

        var before = OffsetMs(localMs - TimeText.MsPerDay, zone);
        var after = OffsetMs(localMs + TimeText.MsPerDay, zone);
        var early = localMs - before;
        if (OffsetMs(early, zone) == before)
        {
            return early;
        }

        var late = localMs - after;
        if (OffsetMs(late, zone) == after)
        {
            return late;
        }

        // A gap: find the transition between the two.
        var (low, high) = (Math.Min(early, late) - 1, Math.Max(early, late));
        var offset = OffsetMs(low, zone);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = OffsetMs(middle, zone) == offset ? (middle, high) : (low, middle);
        }

        return high;
    }
}
