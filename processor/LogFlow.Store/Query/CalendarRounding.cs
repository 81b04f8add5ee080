namespace LogFlow.Store;

internal enum CalendarUnit
{
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// <summary>Rounds instants down to steps of time, in a time zone.</summary>
internal abstract class Rounding
{
    /// <summary>The last step at or before the instant.</summary>
    public abstract long Floor(long ms);

    /// <summary>The step after this step.</summary>
    public abstract long Next(long step);
}

/// <summary>Calendar steps: a day has 23, 24 or 25 hours, a month its days.</summary>
internal sealed class CalendarRounding(CalendarUnit unit, TimeZoneInfo zone) : Rounding
{
    public override long Floor(long ms)
    {
        var offset = Zones.OffsetMs(ms, zone);
        var local = ms + offset;
        var floor = unit switch
        {
            CalendarUnit.Second => TimeText.FloorDiv(local, 1000) * 1000,
            CalendarUnit.Minute => TimeText.FloorDiv(local, 60_000) * 60_000,
            CalendarUnit.Hour => TimeText.FloorDiv(local, 3_600_000) * 3_600_000,
            _ => FloorDays(local),
        };

        // Within a day the offset of the instant holds: 2:30 exists twice when clocks go back.
        return unit <= CalendarUnit.Hour ? floor - offset : Zones.ToUtc(floor, zone);
    }

    public override long Next(long step) => unit switch
    {
        CalendarUnit.Second => step + 1000,
        CalendarUnit.Minute => step + 60_000,
        CalendarUnit.Hour => step + 3_600_000,
        CalendarUnit.Day => Floor(step + TimeText.MsPerDay + (TimeText.MsPerDay / 4)),
        CalendarUnit.Week => Floor(step + (7 * TimeText.MsPerDay) + (TimeText.MsPerDay / 4)),
        CalendarUnit.Month => Floor(step + (32 * TimeText.MsPerDay)),
        CalendarUnit.Quarter => Floor(step + (93 * TimeText.MsPerDay)),
        _ => Floor(step + (370 * TimeText.MsPerDay)),
    };

    private long FloorDays(long local)
    {
        var days = TimeText.FloorDiv(local, TimeText.MsPerDay);
        if (unit == CalendarUnit.Day)
        {
            return days * TimeText.MsPerDay;
        }

        if (unit == CalendarUnit.Week)
        {
            // 1970-01-01 was a Thursday; weeks begin on Monday.
            return ((TimeText.FloorDiv(days + 3, 7) * 7) - 3) * TimeText.MsPerDay;
        }

        var (year, month, _) = TimeText.CivilFromDays(days);
        month = unit switch
        {
            CalendarUnit.Month => month,
            CalendarUnit.Quarter => ((month - 1) / 3 * 3) + 1,
            _ => 1,
        };
        return TimeText.DaysFromCivil(year, month, 1) * TimeText.MsPerDay;
    }
}

/// <summary>Steps of a fixed number of milliseconds, counted in local time.</summary>
internal sealed class FixedRounding(long intervalMs, TimeZoneInfo zone) : Rounding
{
    public override long Floor(long ms)
    {
        if (zone == TimeZoneInfo.Utc)
        {
            return TimeText.FloorDiv(ms, intervalMs) * intervalMs;
        }

        var offset = Zones.OffsetMs(ms, zone);
        var floor = TimeText.FloorDiv(ms + offset, intervalMs) * intervalMs;
        var utc = floor - offset;
        return Zones.OffsetMs(utc, zone) == offset ? utc : Zones.ToUtc(floor, zone);
    }

    public override long Next(long step)
    {
        var next = Floor(step + intervalMs);
        return next > step ? next : step + intervalMs;
    }
}
