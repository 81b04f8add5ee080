namespace LogFlow.Processor.Pipeline;

/// <summary>The parts of a date while it is read, and how they become an instant.</summary>
internal struct DateParts
{
    private const int Unset = -1;

    public DateParts()
    {
    }

    public int Year = Unset;
    public int Month = Unset;
    public int Day = Unset;
    public int DayOfYear = Unset;
    public int WeekYear = Unset;
    public int Week = Unset;
    public int DayOfWeek = Unset;
    public int Hour = 0;
    public int HalfDayHour = Unset;
    public bool IsAfternoon = false;
    public bool IsBeforeChrist = false;
    public int Minute = 0;
    public int Second = 0;
    public int Nanos = 0;
    public bool HasOffset = false;
    public long OffsetTicks = 0;
    public ZoneClock? Zone = null;

    /// <summary>The instant; false when a part is out of its range or the local time does not exist.</summary>
    public readonly bool TryResolve(ZoneClock zone, DateTime nowUtc, out EventTimestamp timestamp)
    {
        timestamp = default;
        zone = Zone ?? zone;
        if (!TryResolveDay(zone, nowUtc, out var day) || IsBeforeChrist)
        {
            return false;
        }
        var hour = HalfDayHour >= 0 ? HalfDayHour + (IsAfternoon ? 12 : 0) : Hour;
        if (hour > 23 || Minute > 59 || Second > 59)
        {
            return false;
        }
        var local = new DateTime(day.Ticks + (((((hour * 60L) + Minute) * 60) + Second) * TimeSpan.TicksPerSecond));
        var offset = OffsetTicks;
        if (!HasOffset && !zone.TryGetOffset(local, out offset))
        {
            return false;
        }
        var ticks = local.Ticks + (Nanos / 100) - offset;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }
        timestamp = new EventTimestamp(ticks, Nanos % 100);
        return true;
    }

    private readonly bool TryResolveDay(ZoneClock zone, DateTime nowUtc, out DateTime day)
    {
        day = default;
        if (WeekYear >= 0 || Week >= 0)
        {
            return TryResolveWeek(nowUtc, out day);
        }
        var year = Year >= 0 ? Year : GuessYear(zone, nowUtc);
        if (year is < 1 or > 9999)
        {
            return false;
        }
        if (DayOfYear >= 0)
        {
            if (DayOfYear < 1 || DayOfYear > (DateTime.IsLeapYear(year) ? 366 : 365))
            {
                return false;
            }
            day = new DateTime(year, 1, 1).AddDays(DayOfYear - 1);
            return true;
        }
        var month = Month >= 0 ? Month : 1;
        var dayOfMonth = Day >= 0 ? Day : 1;
        if (month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month))
        {
            return false;
        }
        day = new DateTime(year, month, dayOfMonth);
        return true;
    }

    private readonly bool TryResolveWeek(DateTime nowUtc, out DateTime day)
    {
        day = default;
        var year = WeekYear >= 0 ? WeekYear : Year >= 0 ? Year : nowUtc.Year;
        var week = Week >= 0 ? Week : 1;
        if (year is < 1 or > 9998 || week < 1 || week > System.Globalization.ISOWeek.GetWeeksInYear(year))
        {
            return false;
        }
        var dayOfWeek = DayOfWeek >= 0 ? DayOfWeek : 1;
        if (dayOfWeek is < 1 or > 7)
        {
            return false;
        }
        day = System.Globalization.ISOWeek.ToDateTime(year, week, (DayOfWeek)(dayOfWeek % 7));
        return true;
    }

    // As Logstash: around New Year the line is of the year that is nearer.
    private readonly int GuessYear(ZoneClock zone, DateTime nowUtc)
    {
        var now = zone.ToLocal(nowUtc);
        return (Month, now.Month) switch
        {
            (12, 1) => now.Year - 1,
            (1, 12) => now.Year + 1,
            _ => now.Year,
        };
    }
}
