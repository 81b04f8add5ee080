using System.Buffers.Text;
using System.Globalization;

namespace LogFlow.Store;

/// <summary>
/// Dates as Elasticsearch's <c>strict_date_optional_time||epoch_millis</c> reads and writes them, on UTF-8 bytes and
/// without DateTime.
/// </summary>
internal static class TimeText
{
    public const long MsPerDay = 86_400_000;

    private static readonly long[] PowersOfTen =
        [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    public static long UnitsPerSecond(int digits) => PowersOfTen[digits];

    /// <summary>
    /// Reads exactly <c>yyyy-MM-ddTHH:mm:ss[.f{1,9}]Z</c>, the form that can be rebuilt from a number.
    /// </summary>
    public static bool TryParseCanonical(ReadOnlySpan<byte> text, out long units, out int digits)
    {
        units = 0;
        digits = 0;
        if (text.Length is < 20 or > 30 || text[^1] != 'Z' || text[10] != 'T' || text[4] != '-' || text[7] != '-'
            || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        if (text.Length > 20)
        {
            digits = text.Length - 21;
            if (text[19] != '.' || digits is 0 or > 9)
            {
                return false;
            }
        }

        if (!Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)
            || !Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute)
            || !Digits(text, 17, 2, out var second) || !IsDate(year, month, day)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        long fraction = 0;
        if (digits > 0 && !Digits(text, 20, digits, out fraction))
        {
            return false;
        }

        // 10^9 units a second leave room for the years 1678 to 2262 only.
        if (digits > 6 && year is < 1700 or > 2250)
        {
            return false;
        }

        var seconds = (DaysFromCivil(year, month, day) * 86_400) + (hour * 3600) + (minute * 60) + second;
        units = (seconds * PowersOfTen[digits]) + fraction;
        return true;
    }

    /// <summary>Milliseconds since 1970, rounded down, of a canonical time.</summary>
    public static long ToMs(long units, int digits) => digits switch
    {
        3 => units,
        < 3 => units * PowersOfTen[3 - digits],
        _ => FloorDiv(units, PowersOfTen[digits - 3]),
    };

    public static long FloorDiv(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }

    /// <summary>Reads any form that Elasticsearch's date field takes by default.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long ms)
    {
        if (TryParseCanonical(text, out var units, out var digits))
        {
            ms = ToMs(units, digits);
            return true;
        }

        if (TryParseIso(text, roundUp: false, 0, out ms))
        {
            return true;
        }

        return Utf8Parser.TryParse(text, out ms, out var used) && used == text.Length && used > 0;
    }

    /// <summary>
    /// <c>strict_date_optional_time</c>: year, then optionally month, day, time and zone. Where parts are missing,
    /// the first instant of the rest is taken, or the last with <paramref name="roundUp"/>.
    /// </summary>
    public static bool TryParseIso(ReadOnlySpan<byte> text, bool roundUp, long zoneOffsetMs, out long ms)
    {
        ms = 0;
        if (!Digits(text, 0, 4, out var year))
        {
            return false;
        }

        long month = roundUp ? 12 : 1, hour = 0, minute = 0, second = 0, milli = 0;
        long day = -1;
        var at = 4;
        var parts = 1;
        if (Part(text, ref at, '-', out var value, ref parts, 1))
        {
            month = value;
        }

        if (parts == 2 && Part(text, ref at, '-', out value, ref parts, 2))
        {
            day = value;
        }

        if (at < text.Length && text[at] == 'T')
        {
            at++;
            if (parts != 3)
            {
                return false;
            }

            if (at < text.Length && !Clock(text, ref at, ref parts, out hour, out minute, out second, out milli))
            {
                return false;
            }
        }

        if (roundUp)
        {
            (hour, minute, second, milli) = parts switch
            {
                <= 3 => (23, 59, 59, 999),
                4 => (hour, 59, 59, 999),
                5 => (hour, minute, 59, 999),
                6 => (hour, minute, second, 999),
                _ => (hour, minute, second, milli),
            };
        }

        day = day >= 0 ? day : roundUp && month is >= 1 and <= 12 ? DateTime.DaysInMonth(2000, (int)month) : 1;
        day = parts < 3 && month == 2 && !DateTime.IsLeapYear((int)Math.Max(year, 1)) ? Math.Min(day, 28) : day;
        var offset = zoneOffsetMs;
        if (at < text.Length && (parts < 3 || !Zone(text[at..], out offset)))
        {
            return false;
        }

        if (!IsDate(year, month, day) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        ms = (DaysFromCivil(year, month, day) * MsPerDay)
            + (hour * 3_600_000) + (minute * 60_000) + (second * 1000) + milli - offset;
        return true;
    }

    /// <summary>Writes <c>yyyy-MM-ddTHH:mm:ss[.fff]Z</c> and returns its length (at most 32).</summary>
    public static int Format(long units, int digits, Span<byte> target)
    {
        var perSecond = PowersOfTen[digits];
        var seconds = FloorDiv(units, perSecond);
        var length = FormatSeconds(seconds, target);
        if (digits > 0)
        {
            target[length++] = (byte)'.';
            Put(target, length, digits, units - (seconds * perSecond));
            length += digits;
        }

        target[length++] = (byte)'Z';
        return length;
    }

    /// <summary>Elasticsearch's output form: milliseconds, and <c>+HH:mm</c> in place of Z for other zones.</summary>
    public static string FormatMs(long ms, long zoneOffsetMs = 0)
    {
        Span<byte> text = stackalloc byte[40];
        var length = Format(ms + zoneOffsetMs, 3, text);
        var result = System.Text.Encoding.ASCII.GetString(text[..length]);
        if (zoneOffsetMs == 0)
        {
            return result;
        }

        var minutes = Math.Abs(zoneOffsetMs) / 60_000;
        return string.Create(CultureInfo.InvariantCulture,
            $"{result[..^1]}{(zoneOffsetMs < 0 ? '-' : '+')}{minutes / 60:00}:{minutes % 60:00}");
    }

    /// <summary>Days since 1970-01-01 (Howard Hinnant, chrono-compatible low-level date algorithms).</summary>
    public static long DaysFromCivil(long year, long month, long day)
    {
        year -= month <= 2 ? 1 : 0;
        var era = (year >= 0 ? year : year - 399) / 400;
        var yearOfEra = year - (era * 400);
        var dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }

    public static (long Year, int Month, int Day) CivilFromDays(long days)
    {
        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = days - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var monthIndex = ((5 * dayOfYear) + 2) / 153;
        var month = (int)(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9);
        var day = (int)(dayOfYear - (((153 * monthIndex) + 2) / 5) + 1);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, day);
    }

    /// <summary>Z, or +HH:mm, +HHmm, +HH.</summary>
    public static bool Zone(ReadOnlySpan<byte> text, out long offsetMs)
    {
        offsetMs = 0;
        if (text.Length == 1 && text[0] == 'Z')
        {
            return true;
        }

        if (text.Length < 3 || text[0] is not ((byte)'+' or (byte)'-') || !Digits(text, 1, 2, out var hours))
        {
            return false;
        }

        long minutes = 0;
        var rest = text[3..];
        if (!rest.IsEmpty && !(rest[0] == ':' && rest.Length == 3 && Digits(rest, 1, 2, out minutes))
            && !(rest.Length == 2 && Digits(rest, 0, 2, out minutes)))
        {
            return false;
        }

        offsetMs = ((hours * 60) + minutes) * 60_000 * (text[0] == '-' ? -1 : 1);
        return hours <= 18 && minutes <= 59;
    }

    private static bool Clock(ReadOnlySpan<byte> text, ref int at, ref int parts,
        out long hour, out long minute, out long second, out long milli)
    {
        minute = second = milli = 0;
        if (!Digits(text, at, 2, out hour))
        {
            return false;
        }

        at += 2;
        parts = 4;
        if (Part(text, ref at, ':', out var value, ref parts, 4))
        {
            minute = value;
        }

        if (parts == 5 && Part(text, ref at, ':', out value, ref parts, 5))
        {
            second = value;
        }

        if (parts == 6 && at < text.Length && text[at] is (byte)'.' or (byte)',')
        {
            var start = ++at;
            while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
            {
                at++;
            }

            var count = at - start;
            if (count is 0 or > 9)
            {
                return false;
            }

            Digits(text, start, Math.Min(3, count), out milli);
            milli *= PowersOfTen[3 - Math.Min(3, count)];
            parts = 7;
        }

        return true;
    }

    private static bool Part(
        ReadOnlySpan<byte> text, ref int at, char separator, out long value, ref int parts, int expected)
    {
        value = 0;
        if (parts != expected || at >= text.Length || text[at] != separator || !Digits(text, at + 1, 2, out value))
        {
            return false;
        }

        at += 3;
        parts++;
        return true;
    }

    private static bool IsDate(long year, long month, long day) =>
        month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth((int)Math.Clamp(year, 1, 9999), (int)month);

    private static int FormatSeconds(long seconds, Span<byte> target)
    {
        var days = FloorDiv(seconds, 86_400);
        var clock = seconds - (days * 86_400);
        var (year, month, day) = CivilFromDays(days);
        var at = 0;
        if (year is < 0 or > 9999)
        {
            target[at++] = (byte)(year < 0 ? '-' : '+');
            year = Math.Abs(year);
            var width = year > 999_999 ? 9 : year > 9999 ? 6 : 4;
            Put(target, at, width, year);
            at += width;
        }
        else
        {
            Put(target, at, 4, year);
            at += 4;
        }

        target[at] = (byte)'-';
        Put(target, at + 1, 2, month);
        target[at + 3] = (byte)'-';
        Put(target, at + 4, 2, day);
        target[at + 6] = (byte)'T';
        Put(target, at + 7, 2, clock / 3600);
        target[at + 9] = (byte)':';
        Put(target, at + 10, 2, clock / 60 % 60);
        target[at + 12] = (byte)':';
        Put(target, at + 13, 2, clock % 60);
        return at + 15;
    }

    private static void Put(Span<byte> target, int at, int width, long value)
    {
        for (var i = at + width - 1; i >= at; i--)
        {
            target[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }

    private static bool Digits(ReadOnlySpan<byte> text, int at, int count, out long value)
    {
        value = 0;
        if (at + count > text.Length)
        {
            return false;
        }

        for (var i = at; i < at + count; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit > 9)
            {
                return false;
            }

            value = (value * 10) + digit;
        }

        return true;
    }
}
