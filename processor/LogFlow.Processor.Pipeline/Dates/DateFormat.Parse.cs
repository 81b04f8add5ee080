namespace LogFlow.Processor.Pipeline;

/// <content>Reading.</content>
internal sealed partial class DateFormat
{
    // The names Joda understands without a table of its own; all others are ambiguous.
    private static readonly (string Name, string Zone)[] ZoneNames =
    [
        ("UTC", "UTC"), ("UT", "UTC"), ("GMT", "UTC"),
        ("EST", "-05:00"), ("EDT", "-04:00"), ("CST", "-06:00"), ("CDT", "-05:00"),
        ("MST", "-07:00"), ("MDT", "-06:00"), ("PST", "-08:00"), ("PDT", "-07:00"),
    ];

    private static readonly (string Name, bool IsBefore)[] Eras =
        [("AD", false), ("BCE", true), ("BC", true), ("CE", false)];

    /// <summary>Reads a date; false when the text does not have this form or the date does not exist.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="zone">The zone of texts that name none.</param>
    /// <param name="nowUtc">For texts without a year.</param>
    /// <param name="timestamp">The instant.</param>
    public bool TryParse(ReadOnlySpan<char> text, ZoneClock zone, DateTime nowUtc, out EventTimestamp timestamp)
    {
        var parts = new DateParts();
        var position = 0;
        foreach (ref readonly var element in _elements.AsSpan())
        {
            if (!TryParse(in element, text, ref position, ref parts, nowUtc))
            {
                timestamp = default;
                return false;
            }
        }
        if (position != text.Length)
        {
            timestamp = default;
            return false;
        }
        return parts.TryResolve(zone, nowUtc, out timestamp);
    }

    private bool TryParse(
        in DateElement element, ReadOnlySpan<char> text, ref int position, ref DateParts parts, DateTime nowUtc)
    {
        switch (element.Kind)
        {
            case DateElementKind.Literal:
                return TryParseLiteral(element.Literal, text, ref position);
            case DateElementKind.MonthText:
                return TryParseName(text, ref position, _locale.Months, _locale.ShortMonths, out parts.Month);
            case DateElementKind.DayOfWeekText:
                return TryParseName(text, ref position, _locale.Days, _locale.ShortDays, out _);
            case DateElementKind.HalfDay:
                return TryParseHalfDay(text, ref position, ref parts);
            case DateElementKind.Era:
                return TryParseEra(text, ref position, ref parts);
            case DateElementKind.Offset:
                return TryParseOffset(text, ref position, ref parts);
            case DateElementKind.ZoneId:
                return TryParseZoneId(text, ref position, ref parts);
            case DateElementKind.ZoneName:
                return TryParseZoneName(text, ref position, ref parts);
            case DateElementKind.Fraction:
                ParseFraction(text, ref position, element.DigitsMax, ref parts);
                return true;
            default:
                return TryParseNumber(in element, text, ref position, ref parts, nowUtc);
        }
    }

    private static bool TryParseLiteral(string literal, ReadOnlySpan<char> text, ref int position)
    {
        // Nearly all are single characters; the general comparison costs ten times as much.
        if (literal.Length == 1)
        {
            return position < text.Length && (text[position] == literal[0]
                || char.ToLowerInvariant(text[position]) == char.ToLowerInvariant(literal[0])) && ++position > 0;
        }
        if (!text[position..].StartsWith(literal, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        position += literal.Length;
        return true;
    }

    private static bool TryParseNumber(
        in DateElement element, ReadOnlySpan<char> text, ref int position, ref DateParts parts, DateTime nowUtc)
    {
        var start = position;
        var value = 0;
        while (position < text.Length && position - start < element.DigitsMax && (uint)(text[position] - '0') <= 9)
        {
            value = (value * 10) + (text[position++] - '0');
        }
        var digits = position - start;
        if (digits == 0)
        {
            return false;
        }
        switch (element.Kind)
        {
            case DateElementKind.Year:
                parts.Year = value;
                break;
            case DateElementKind.TwoDigitYear:
                parts.Year = digits == 2 ? Pivot(value, nowUtc.Year) : value;
                break;
            case DateElementKind.Century:
                parts.Year = value * 100;
                break;
            case DateElementKind.WeekYear:
                parts.WeekYear = value;
                break;
            case DateElementKind.Week:
                parts.Week = value;
                break;
            case DateElementKind.DayOfWeekNumber:
                parts.DayOfWeek = value;
                break;
            case DateElementKind.DayOfYear:
                parts.DayOfYear = value;
                break;
            case DateElementKind.MonthNumber:
                parts.Month = value;
                break;
            case DateElementKind.Day:
                parts.Day = value;
                break;
            case DateElementKind.Hour:
                parts.Hour = value;
                break;
            case DateElementKind.HourOneBased:
                parts.Hour = value == 24 ? 0 : value;
                return value is >= 1 and <= 24;
            case DateElementKind.HalfDayHour:
                parts.HalfDayHour = value == 12 ? 0 : value;
                return value is >= 1 and <= 12;
            case DateElementKind.HalfDayHourZeroBased:
                parts.HalfDayHour = value;
                return value <= 11;
            case DateElementKind.Minute:
                parts.Minute = value;
                break;
            default:
                parts.Second = value;
                break;
        }
        return true;
    }

    // Joda's window for two digits: fifty years around the year that was thirty years ago.
    private static int Pivot(int value, int nowYear)
    {
        var from = nowYear - 30 - 50;
        var year = (from / 100 * 100) + value;
        return year < from ? year + 100 : year;
    }

    private static bool TryParseName(
        ReadOnlySpan<char> text, ref int position, string[] names, string[] shortNames, out int number)
    {
        number = 0;
        var length = 0;
        var rest = text[position..];
        if (rest.IsEmpty)
        {
            return false;
        }
        var first = rest[0];
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i][0] != first && char.ToLowerInvariant(names[i][0]) != char.ToLowerInvariant(first))
            {
                continue;
            }
            // The longest name wins: "June" is not "Jun" followed by an e.
            var found = rest.StartsWith(names[i], StringComparison.OrdinalIgnoreCase) ? names[i].Length
                : rest.StartsWith(shortNames[i], StringComparison.OrdinalIgnoreCase) ? shortNames[i].Length
                : 0;
            if (found > length)
            {
                length = found;
                number = i + 1;
            }
        }
        position += length;
        return length > 0;
    }

    private static bool TryParseHalfDay(ReadOnlySpan<char> text, ref int position, ref DateParts parts)
    {
        var rest = text[position..];
        if (!rest.StartsWith("AM", StringComparison.OrdinalIgnoreCase)
            && !rest.StartsWith("PM", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        parts.IsAfternoon = rest[0] is 'P' or 'p';
        position += 2;
        return true;
    }

    private static bool TryParseEra(ReadOnlySpan<char> text, ref int position, ref DateParts parts)
    {
        foreach (var (name, isBefore) in Eras)
        {
            if (text[position..].StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                position += name.Length;
                parts.IsBeforeChrist = isBefore;
                return true;
            }
        }
        return false;
    }

    private static void ParseFraction(ReadOnlySpan<char> text, ref int position, int digitsMax, ref DateParts parts)
    {
        var scale = 100_000_000;
        parts.Nanos = 0;
        for (var i = 0; i < digitsMax && position < text.Length && (uint)(text[position] - '0') <= 9; i++)
        {
            parts.Nanos += (text[position++] - '0') * scale;
            scale /= 10;
        }
    }

    /// <summary>
    /// Z, +HH, +HHmm, +HH:mm, +HH:mm:ss; the colons are optional whatever the pattern says, as in Joda.
    /// </summary>
    internal static bool TryParseOffset(ReadOnlySpan<char> text, ref int position, ref DateParts parts)
    {
        if (position >= text.Length)
        {
            return false;
        }
        var sign = text[position];
        parts.HasOffset = true;
        parts.OffsetTicks = 0;
        if (sign is 'Z' or 'z')
        {
            position++;
            return true;
        }
        if (sign is not ('+' or '-'))
        {
            return false;
        }
        position++;
        var seconds = 0;
        for (var unit = 3600; unit >= 1; unit /= 60)
        {
            var at = position;
            if (unit < 3600 && at < text.Length && text[at] == ':')
            {
                at++;
            }
            if (at + 2 > text.Length || !char.IsAsciiDigit(text[at]) || !char.IsAsciiDigit(text[at + 1]))
            {
                break;
            }
            seconds += (((text[at] - '0') * 10) + (text[at + 1] - '0')) * unit;
            position = at + 2;
        }
        if (position < text.Length && char.IsAsciiDigit(text[position]) || !char.IsAsciiDigit(text[position - 1]))
        {
            return false;
        }
        parts.OffsetTicks = seconds * TimeSpan.TicksPerSecond * (sign == '-' ? -1 : 1);
        return seconds <= 18 * 3600;
    }

    private static bool TryParseZoneId(ReadOnlySpan<char> text, ref int position, ref DateParts parts)
    {
        var start = position;
        while (position < text.Length
            && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '/' or '_' or '-' or '+' or ':'))
        {
            position++;
        }
        parts.Zone = ZoneClock.Find(text[start..position].ToString());
        return parts.Zone is not null;
    }

    private static bool TryParseZoneName(ReadOnlySpan<char> text, ref int position, ref DateParts parts)
    {
        foreach (var (name, zone) in ZoneNames)
        {
            if (text[position..].StartsWith(name, StringComparison.Ordinal))
            {
                position += name.Length;
                parts.Zone = ZoneClock.Find(zone);
                return true;
            }
        }
        return false;
    }
}
