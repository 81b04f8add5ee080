using System.Globalization;

namespace LogFlow.Agent;

/// <summary>
/// The pattern of <c>%{+yyyy.MM.dd}</c>: letters as in Joda-Time, which Filebeat uses too; text in single quotes stands
/// for itself. Times are UTC.
/// </summary>
internal sealed class DatePattern
{
    private readonly List<(char Letter, int Count, string Text)> _parts = [];

    private DatePattern()
    {
    }

    /// <summary>The text depends on the day alone.</summary>
    public bool IsByDay => !_parts.Exists(static part => part.Letter is 'H' or 'h' or 'm' or 's' or 'S' or 'a');

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">It holds a letter that means nothing here.</exception>
    public static DatePattern Parse(string text)
    {
        var pattern = new DatePattern();
        for (var at = 0; at < text.Length;)
        {
            var letter = text[at];
            if (letter == '\'')
            {
                var end = text.IndexOf('\'', at + 1);
                end = end < 0 ? text.Length : end;
                pattern._parts.Add(('\'', 0, text[(at + 1)..end]));
                at = end + 1;
                continue;
            }

            if (!char.IsAsciiLetter(letter))
            {
                pattern._parts.Add(('\'', 0, letter.ToString()));
                at++;
                continue;
            }

            if (!"yYxwdMDeEHhmsSa".Contains(letter, StringComparison.Ordinal))
            {
                throw new FormatException($"'{letter}' means nothing in the date pattern '{text}'");
            }

            var start = at;
            while (at < text.Length && text[at] == letter)
            {
                at++;
            }

            pattern._parts.Add((letter, at - start, ""));
        }

        return pattern;
    }

    /// <summary>Writes a time.</summary>
    public string Format(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return string.Concat(_parts.Select(part => part.Letter == '\'' ? part.Text : Format(utc, part)));
    }

    private static string Format(DateTime utc, (char Letter, int Count, string Text) part) => part.Letter switch
    {
        'y' or 'Y' => Number(part.Count == 2 ? utc.Year % 100 : utc.Year, part.Count),
        'x' => Number(part.Count == 2 ? ISOWeek.GetYear(utc) % 100 : ISOWeek.GetYear(utc), part.Count),
        'w' => Number(ISOWeek.GetWeekOfYear(utc), part.Count),
        'M' when part.Count >= 3 => utc.ToString(part.Count == 3 ? "MMM" : "MMMM", CultureInfo.InvariantCulture),
        'M' => Number(utc.Month, part.Count),
        'd' => Number(utc.Day, part.Count),
        'D' => Number(utc.DayOfYear, part.Count),
        'e' => Number(utc.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)utc.DayOfWeek, part.Count),
        'E' => utc.ToString(part.Count <= 3 ? "ddd" : "dddd", CultureInfo.InvariantCulture),
        'H' => Number(utc.Hour, part.Count),
        'h' => Number(utc.Hour % 12 == 0 ? 12 : utc.Hour % 12, part.Count),
        'm' => Number(utc.Minute, part.Count),
        's' => Number(utc.Second, part.Count),
        'S' => Number(utc.Millisecond, 3)[..Math.Min(3, part.Count)],
        _ => utc.ToString("tt", CultureInfo.InvariantCulture),
    };

    private static string Number(int value, int digits) =>
        value.ToString($"D{digits}", CultureInfo.InvariantCulture);
}
