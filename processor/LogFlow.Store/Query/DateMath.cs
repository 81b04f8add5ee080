using System.Globalization;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Elasticsearch's date math: <c>now-1h/d</c>, <c>2025-11-20||+1M/d</c>, ISO dates, epoch milliseconds. "Round up"
/// completes a date, and rounds, to the last millisecond (of upper bounds that are included, and lower ones that are
/// not).
/// </summary>
internal static class DateMath
{
    public static long Parse(string text, bool roundUp, long nowMs, TimeZoneInfo zone, string? format)
    {
        string math;
        long ms;
        if (text.StartsWith("now", StringComparison.Ordinal))
        {
            ms = nowMs;
            math = text[3..];
        }
        else
        {
            var separator = text.IndexOf("||", StringComparison.Ordinal);
            math = separator < 0 ? "" : text[(separator + 2)..];
            ms = ParseDate(separator < 0 ? text : text[..separator], roundUp && math.Length == 0, zone, format);
        }

        return math.Length == 0 ? ms : Apply(ms, math, roundUp, zone, text);
    }

    private static long ParseDate(string text, bool roundUp, TimeZoneInfo zone, string? format)
    {
        foreach (var each in (format ?? "strict_date_optional_time||epoch_millis").Split("||"))
        {
            var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out var number);
            switch (each)
            {
                case "epoch_millis" when isNumber:
                    return number;
                case "epoch_second" when isNumber:
                    return number * 1000;
                case "strict_date_optional_time" or "date_optional_time" or "strict_date_optional_time_nanos"
                    or "strict_date" or "iso8601" or "yyyy-MM-dd":
                    if (TimeText.TryParseIso(Encoding.UTF8.GetBytes(text), roundUp, 0, out var ms))
                    {
                        return HasZone(text) ? ms : ToUtc(ms, zone);
                    }

                    break;
                case "epoch_millis" or "epoch_second":
                    break;
                default:
                    throw QueryException.Unsupported($"date format [{each}]");
            }
        }

        throw new QueryException("parse_exception",
            $"failed to parse date field [{text}] with format [{format ?? "strict_date_optional_time||epoch_millis"}]");
    }

    private static long Apply(long ms, string math, bool roundUp, TimeZoneInfo zone, string whole)
    {
        var at = 0;
        while (at < math.Length)
        {
            var sign = math[at++];
            if (sign is not ('+' or '-' or '/'))
            {
                throw new QueryException("parse_exception", $"operator not supported for date math [{whole}]");
            }

            var start = at;
            while (at < math.Length && char.IsAsciiDigit(math[at]))
            {
                at++;
            }

            var isNumber = int.TryParse(math.AsSpan(start, at - start), out var count);
            if (at == math.Length || (at > start && !isNumber) || (sign == '/' && at > start))
            {
                throw new QueryException("parse_exception", $"truncated date math [{whole}]");
            }

            count = at == start ? 1 : count;
            var unit = math[at++];
            ms = sign == '/' ? Round(ms, unit, roundUp, zone, whole)
                : Add(ms, sign == '+' ? count : -count, unit, whole);
        }

        return ms;
    }

    private static long Add(long ms, int count, char unit, string whole)
    {
        try
        {
            return unit switch
            {
                'y' => AddMonths(ms, count * 12),
                'M' => AddMonths(ms, count),
                'w' => ms + (count * 7 * TimeText.MsPerDay),
                'd' => ms + (count * TimeText.MsPerDay),
                'h' or 'H' => ms + (count * 3_600_000L),
                'm' => ms + (count * 60_000L),
                's' => ms + (count * 1000L),
                _ => throw new QueryException("parse_exception",
                    $"unit [{unit}] not supported for date math [{whole}]"),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new QueryException("parse_exception", $"date math [{whole}] leaves the calendar");
        }
    }

    private static long AddMonths(long ms, int months) => new DateTimeOffset(
        DateTime.UnixEpoch.AddMilliseconds(ms).AddMonths(months)).ToUnixTimeMilliseconds();

    private static long Round(long ms, char unit, bool roundUp, TimeZoneInfo zone, string whole)
    {
        var calendar = unit switch
        {
            'y' => CalendarUnit.Year,
            'M' => CalendarUnit.Month,
            'w' => CalendarUnit.Week,
            'd' => CalendarUnit.Day,
            'h' or 'H' => CalendarUnit.Hour,
            'm' => CalendarUnit.Minute,
            's' => CalendarUnit.Second,
            _ => throw new QueryException("parse_exception", $"unit [{unit}] not supported for date math [{whole}]"),
        };
        var rounding = new CalendarRounding(calendar, zone);
        var floor = rounding.Floor(ms);
        return roundUp ? rounding.Next(floor) - 1 : floor;
    }

    private static bool HasZone(string text)
    {
        var time = text.IndexOf('T');
        return time >= 0 && text.AsSpan(time).IndexOfAny('Z', '+', '-') >= 0;
    }

    private static long ToUtc(long localMs, TimeZoneInfo zone) => Zones.ToUtc(localMs, zone);
}
