using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Agent;

/// <summary>
/// A layout in Go's way: the reference time Mon Jan 2 15:04:05 MST 2006, written as times are to be read. Turned into
/// an expression once.
/// </summary>
internal sealed class GoTimeLayout
{
    private static readonly string[] Months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>Pieces of the reference time, longer ones first, and what each reads.</summary>
    private static readonly (string Piece, string Pattern)[] Pieces =
    [
        ("January", "(?<monthname>[A-Za-z]{3,9})"), ("Monday", "[A-Za-z]{6,9}"), ("2006", "(?<year>[0-9]{4})"),
        ("Z07:00:00", "(?<zone>Z|[+-][0-9]{2}:[0-9]{2}:[0-9]{2})"), ("Z07:00", "(?<zone>Z|[+-][0-9]{2}:[0-9]{2})"),
        ("Z0700", "(?<zone>Z|[+-][0-9]{4})"), ("-07:00", "(?<zone>[+-][0-9]{2}:[0-9]{2})"),
        ("-0700", "(?<zone>[+-][0-9]{4})"), ("Z07", "(?<zone>Z|[+-][0-9]{2})"), ("-07", "(?<zone>[+-][0-9]{2})"),
        ("MST", "(?<zonename>[A-Z]{1,5}|[+-][0-9]{2,4})"), ("Jan", "(?<monthname>[A-Za-z]{3})"),
        ("Mon", "[A-Za-z]{3}"), ("002", "(?<yearday>[0-9]{3})"), ("01", "(?<month>[0-9]{2})"),
        ("02", "(?<day>[0-9]{2})"), ("_2", " ?(?<day>[0-9]{1,2})"), ("15", "(?<hour>[0-9]{2})"),
        ("03", "(?<hour>[0-9]{2})"), ("04", "(?<minute>[0-9]{2})"),
        ("05", "(?<second>[0-9]{2})(?:[.,](?<extra>[0-9]+))?"),
        ("06", "(?<shortyear>[0-9]{2})"), ("PM", "(?<half>AM|PM)"), ("pm", "(?<half>am|pm)"),
        ("1", "(?<month>[0-9]{1,2})"), ("2", "(?<day>[0-9]{1,2})"), ("3", "(?<hour>[0-9]{1,2})"),
        ("4", "(?<minute>[0-9]{1,2})"), ("5", "(?<second>[0-9]{1,2})(?:[.,](?<extra>[0-9]+))?"),
    ];

    private readonly Regex _pattern;
    private readonly TimeZoneInfo _zone;

    public GoTimeLayout(string layout, TimeZoneInfo zone)
    {
        _zone = zone;
        var pattern = new StringBuilder("^");
        var rest = layout.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest.Length > 1 && rest[0] is '.' or ',' && rest[1] is '0' or '9')
            {
                var digits = rest[1..].IndexOfAnyExcept(rest[1]);
                digits = digits < 0 ? rest.Length - 1 : digits;
                if (rest.Length == digits + 1 || !char.IsAsciiDigit(rest[digits + 1]))
                {
                    // The seconds before it read their fraction already.
                    pattern.Append("");
                    rest = rest[(digits + 1)..];
                    continue;
                }
            }

            var found = false;
            foreach (var (piece, expression) in Pieces)
            {
                if (rest.StartsWith(piece))
                {
                    pattern.Append(expression);
                    rest = rest[piece.Length..];
                    found = true;
                    break;
                }
            }

            if (!found)
            {
                pattern.Append(Regex.Escape(rest[..1].ToString()));
                rest = rest[1..];
            }
        }

        _pattern = new Regex(
            pattern.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
            TimeSpan.FromSeconds(1));
    }

    /// <summary>Reads a time; null where the text has another form.</summary>
    public DateTimeOffset? Parse(string text)
    {
        var match = _pattern.Match(text.Trim());
        if (!match.Success)
        {
            return null;
        }

        var now = TimeProvider.System.GetUtcNow();
        var year = Number(match, "year") ?? (Number(match, "shortyear") is { } two
            ? two + (two >= 69 ? 1900 : 2000)
            : now.Year);
        var month = Number(match, "month") ?? MonthOf(match.Groups["monthname"].Value);
        var day = Number(match, "day") ?? 1;
        var hour = Number(match, "hour") ?? 0;
        if (match.Groups["half"].Value is { Length: > 0 } half)
        {
            hour = (hour % 12) + (half.StartsWith("P", StringComparison.OrdinalIgnoreCase) ? 12 : 0);
        }

        var (minute, second) = (Number(match, "minute") ?? 0, Number(match, "second") ?? 0);
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return null;
        }

        var local = new DateTime(year, month, day, hour, minute, Math.Min(second, 59))
            .AddTicks(Fraction(match.Groups["extra"].Value));
        if (Number(match, "yearday") is { } yearDay)
        {
            local = new DateTime(year, 1, 1).AddDays(yearDay - 1).Add(local.TimeOfDay);
        }

        var time = Zone(match) is { } offset ? new DateTimeOffset(local, offset) : TimeZones.At(local, _zone);
        return match.Groups["year"].Success || match.Groups["shortyear"].Success || time <= now.AddDays(2)
            ? time
            : time.AddYears(-1);
    }

    private static TimeSpan? Zone(Match match)
    {
        if (match.Groups["zonename"].Value is "UTC" or "GMT")
        {
            return TimeSpan.Zero;
        }

        var text = match.Groups["zone"].Value.Replace(":", "", StringComparison.Ordinal);
        if (text.Length == 0)
        {
            return null;
        }

        if (text is "Z" or "z")
        {
            return TimeSpan.Zero;
        }

        var hours = int.Parse(text[1..3], CultureInfo.InvariantCulture);
        var minutes = text.Length >= 5 ? int.Parse(text[3..5], CultureInfo.InvariantCulture) : 0;
        var offset = new TimeSpan(hours, minutes, 0);
        return offset > TimeSpan.FromHours(14) ? null : text[0] == '-' ? -offset : offset;
    }

    private static int MonthOf(string name) =>
        name.Length < 3 ? 1 : Array.IndexOf(Months, name[..3].ToLowerInvariant()) + 1;

    private static long Fraction(string digits) => digits.Length == 0
        ? 0
        : long.Parse(digits.PadRight(7, '0')[..7], CultureInfo.InvariantCulture);

    private static int? Number(Match match, string group) =>
        match.Groups[group] is { Success: true, Length: > 0 } found
            ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture)
            : null;
}
