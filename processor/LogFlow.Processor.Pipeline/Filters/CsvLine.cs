using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Takes the first line of separated values apart (RFC 4180; quotes are doubled inside of quotes, which may hold line
/// ends). What comes behind that line is left out, as in Logstash.
/// </summary>
internal static class CsvLine
{
    /// <summary>The values; null stands for an empty one without quotes. False when the quotes are wrong.</summary>
    public static bool TryParse(string text, string separator, char quote, List<string?> values)
    {
        var position = 0;
        return TryParse(text, ref position, separator, quote, values);
    }

    /// <summary>The values of the line at a position, which is moved behind it; none: the line is empty.</summary>
    public static bool TryParse(string text, ref int position, string separator, char quote, List<string?> values)
    {
        values.Clear();
        if (!TryTakeValues(text, ref position, separator, quote, values))
        {
            return false;
        }
        if (position < text.Length)
        {
            position += text.AsSpan(position).StartsWith("\r\n", StringComparison.Ordinal) ? 2 : 1;
        }
        return true;
    }

    private static bool TryTakeValues(
        string text, ref int position, string separator, char quote, List<string?> values)
    {
        if (IsLineEnd(text, position))
        {
            return true;
        }
        while (true)
        {
            if (position < text.Length && text[position] == quote)
            {
                if (!TryTakeQuoted(text, quote, ref position, out var value))
                {
                    return false;
                }
                values.Add(value);
            }
            else
            {
                var rest = text.AsSpan(position);
                var lineEnd = rest.IndexOfAny('\r', '\n');
                rest = lineEnd < 0 ? rest : rest[..lineEnd];
                var separatorAt = rest.IndexOf(separator, StringComparison.Ordinal);
                var end = position + (separatorAt < 0 ? rest.Length : separatorAt);
                var value = text[position..end];
                if (value.Contains(quote, StringComparison.Ordinal))
                {
                    return false;
                }
                values.Add(value.Length == 0 ? null : value);
                position = end;
            }
            if (IsLineEnd(text, position))
            {
                return true;
            }
            if (string.CompareOrdinal(text, position, separator, 0, separator.Length) != 0)
            {
                return false;
            }
            position += separator.Length;
        }
    }

    private static bool IsLineEnd(string text, int position) =>
        position == text.Length || text[position] is '\r' or '\n';

    private static bool TryTakeQuoted(string text, char quote, ref int position, out string value)
    {
        var builder = new StringBuilder();
        value = string.Empty;
        for (position++; position < text.Length; position++)
        {
            if (text[position] != quote)
            {
                builder.Append(text[position]);
            }
            else if (position + 1 < text.Length && text[position + 1] == quote)
            {
                builder.Append(quote);
                position++;
            }
            else
            {
                position++;
                value = builder.ToString();
                return true;
            }
        }
        return false;
    }
}
