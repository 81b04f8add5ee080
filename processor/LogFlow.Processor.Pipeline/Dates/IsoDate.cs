namespace LogFlow.Processor.Pipeline;

/// <summary>
/// ISO 8601 as Logstash's <c>ISO8601</c> takes it: a date (calendar, week or day of year), then T or a blank and a time
/// with point or comma, then an offset; what is missing at the end is the start of the period.
/// </summary>
internal static class IsoDate
{
    /// <summary>Reads a date; false when it is none or does not exist.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, ZoneClock zone, out EventTimestamp timestamp)
    {
        timestamp = default;
        var parts = new DateParts();
        var position = 0;
        if (!TryTakeDigits(text, ref position, 4, out parts.Year) || !TryParseDay(text, ref position, ref parts))
        {
            return false;
        }
        if (position < text.Length && text[position] is 'T' or 't' or ' ')
        {
            position++;
            if (!TryParseTime(text, ref position, ref parts))
            {
                return false;
            }
        }
        if (position < text.Length && !DateFormat.TryParseOffset(text, ref position, ref parts))
        {
            return false;
        }
        return position == text.Length && parts.TryResolve(zone, default, out timestamp);
    }

    private static bool TryParseDay(ReadOnlySpan<char> text, ref int position, ref DateParts parts)
    {
        if (position == text.Length || text[position] != '-')
        {
            return true;
        }
        position++;
        if (position < text.Length && text[position] == 'W')
        {
            position++;
            parts.WeekYear = parts.Year;
            return TryTakeDigits(text, ref position, 2, out parts.Week)
                && (!TrySkip(text, ref position, '-') || TryTakeDigits(text, ref position, 1, out parts.DayOfWeek));
        }
        var digits = CountDigits(text[position..]);
        if (digits == 3)
        {
            return TryTakeDigits(text, ref position, 3, out parts.DayOfYear);
        }
        if (digits is not (1 or 2) || !TryTakeDigits(text, ref position, digits, out parts.Month))
        {
            return false;
        }
        if (!TrySkip(text, ref position, '-'))
        {
            return true;
        }
        digits = CountDigits(text[position..]);
        return digits is 1 or 2 && TryTakeDigits(text, ref position, digits, out parts.Day);
    }

    private static bool TryParseTime(ReadOnlySpan<char> text, ref int position, ref DateParts parts)
    {
        if (!TryTakeDigits(text, ref position, 2, out parts.Hour))
        {
            return false;
        }
        if (!TrySkip(text, ref position, ':'))
        {
            return true;
        }
        if (!TryTakeDigits(text, ref position, 2, out parts.Minute))
        {
            return false;
        }
        if (!TrySkip(text, ref position, ':'))
        {
            return true;
        }
        if (!TryTakeDigits(text, ref position, 2, out parts.Second))
        {
            return false;
        }
        if (!TrySkip(text, ref position, '.') && !TrySkip(text, ref position, ','))
        {
            return true;
        }
        var digits = CountDigits(text[position..]);
        var scale = 100_000_000;
        for (var i = 0; i < digits; i++)
        {
            parts.Nanos += (text[position++] - '0') * scale;
            scale /= 10;
        }
        return digits > 0;
    }

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static bool TrySkip(ReadOnlySpan<char> text, ref int position, char c)
    {
        if (position >= text.Length || text[position] != c)
        {
            return false;
        }
        position++;
        return true;
    }

    private static bool TryTakeDigits(ReadOnlySpan<char> text, ref int position, int count, out int value)
    {
        value = 0;
        if (CountDigits(text[position..]) < count)
        {
            return false;
        }
        for (var i = 0; i < count; i++)
        {
            value = (value * 10) + (text[position++] - '0');
        }
        return true;
    }
}
