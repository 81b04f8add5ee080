using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A date pattern in Joda's letters (<c>dd/MMM/yyyy:HH:mm:ss Z</c>), compiled once, that reads and prints.
/// </summary>
/// <remarks>
/// Letters: https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html. Immutable.
/// </remarks>
internal sealed partial class DateFormat
{
    private readonly DateElement[] _elements;
    private readonly DateLocale _locale;
    private readonly bool _hasYear;

    private DateFormat(string pattern, DateElement[] elements, DateLocale locale)
    {
        Pattern = pattern;
        _elements = elements;
        _locale = locale;
        _hasYear = elements.Any(e =>
            e.Kind is DateElementKind.Year or DateElementKind.WeekYear or DateElementKind.Century);
    }

    /// <summary>The pattern as written.</summary>
    public string Pattern { get; }

    /// <summary>Whether reading depends on the current time: without a year, or with a year of two digits.</summary>
    public bool NeedsNow => !_hasYear;

    /// <summary>Compiles a pattern; false with the reason when a letter is unknown.</summary>
    public static bool TryCompile(
        string pattern,
        DateLocale locale,
        [NotNullWhen(true)] out DateFormat? format,
        [NotNullWhen(false)] out string? problem)
    {
        var elements = new List<DateElement>();
        format = null;
        for (var i = 0; i < pattern.Length;)
        {
            var c = pattern[i];
            if (c == '\'')
            {
                if (!TakeQuoted(pattern, ref i, elements))
                {
                    problem = "a quote ' in the date pattern is not closed";
                    return false;
                }
                continue;
            }
            var start = i;
            while (i < pattern.Length && pattern[i] == c)
            {
                i++;
            }
            if (!char.IsAsciiLetter(c))
            {
                elements.Add(new DateElement(DateElementKind.Literal, i - start, 0, pattern[start..i]));
                continue;
            }
            if (CreateElement(c, i - start, i < pattern.Length && IsNumeric(pattern, i)) is not { } element)
            {
                problem = $"'{c}' is no letter of a date pattern; put text in single quotes";
                return false;
            }
            elements.Add(element);
        }
        problem = elements.Count == 0 ? "the date pattern is empty" : null;
        if (problem is not null)
        {
            return false;
        }
        format = new DateFormat(pattern, [.. elements], locale);
        return true;
    }

    private static bool TakeQuoted(string pattern, ref int position, List<DateElement> elements)
    {
        var text = new StringBuilder();
        position++;
        if (position < pattern.Length && pattern[position] == '\'')
        {
            position++;
            elements.Add(new DateElement(DateElementKind.Literal, 1, 0, "'"));
            return true;
        }
        while (position < pattern.Length)
        {
            var c = pattern[position++];
            if (c != '\'')
            {
                text.Append(c);
            }
            else if (position < pattern.Length && pattern[position] == '\'')
            {
                text.Append(c);
                position++;
            }
            else
            {
                elements.Add(new DateElement(DateElementKind.Literal, text.Length, 0, text.ToString()));
                return true;
            }
        }
        return false;
    }

    // A number that directly follows another one must not take its digits.
    private static bool IsNumeric(string pattern, int position)
    {
        var c = pattern[position];
        if (c == 'M')
        {
            return !(position + 2 < pattern.Length && pattern[position + 1] == 'M' && pattern[position + 2] == 'M');
        }
        return "cCxyYdhHmsSeDwWkKu".Contains(c, StringComparison.Ordinal);
    }

    private static DateElement? CreateElement(char letter, int length, bool digitsFollow)
    {
        var yearDigitsMax = digitsFollow ? length : 9;
        return letter switch
        {
            'G' => new(DateElementKind.Era, length, 0, string.Empty),
            'C' => new(DateElementKind.Century, length, 9, string.Empty),
            'y' or 'Y' or 'u' when length == 2 =>
                new(DateElementKind.TwoDigitYear, 2, digitsFollow ? 2 : 9, string.Empty),
            'y' or 'Y' or 'u' => new(DateElementKind.Year, length, yearDigitsMax, string.Empty),
            'x' => new(DateElementKind.WeekYear, length, yearDigitsMax, string.Empty),
            'w' => new(DateElementKind.Week, length, 2, string.Empty),
            'e' => new(DateElementKind.DayOfWeekNumber, length, 1, string.Empty),
            'E' => new(DateElementKind.DayOfWeekText, length, 0, string.Empty),
            'D' => new(DateElementKind.DayOfYear, length, 3, string.Empty),
            'M' or 'L' when length >= 3 => new(DateElementKind.MonthText, length, 0, string.Empty),
            'M' or 'L' => new(DateElementKind.MonthNumber, length, 2, string.Empty),
            'd' => new(DateElementKind.Day, length, 2, string.Empty),
            'a' => new(DateElementKind.HalfDay, length, 0, string.Empty),
            'K' => new(DateElementKind.HalfDayHourZeroBased, length, 2, string.Empty),
            'h' => new(DateElementKind.HalfDayHour, length, 2, string.Empty),
            'H' => new(DateElementKind.Hour, length, 2, string.Empty),
            'k' => new(DateElementKind.HourOneBased, length, 2, string.Empty),
            'm' => new(DateElementKind.Minute, length, 2, string.Empty),
            's' => new(DateElementKind.Second, length, 2, string.Empty),
            'S' => new(DateElementKind.Fraction, length, length, string.Empty),
            'z' => new(DateElementKind.ZoneName, length, 0, string.Empty),
            'Z' when length >= 3 => new(DateElementKind.ZoneId, length, 0, string.Empty),
            'Z' or 'X' => new(DateElementKind.Offset, length, 0, string.Empty),
            'V' => new(DateElementKind.ZoneId, length, 0, string.Empty),
            _ => null,
        };
    }
}
