using System.Text;

namespace LogFlow.Agent;

/// <summary>
/// Filebeat's format strings: text with <c>%{[a.b]}</c>, <c>%{[a][b]:default}</c> and <c>%{+yyyy.MM.dd}</c> (of
/// <c>@timestamp</c>). Evaluated on the event as it is sent.
/// </summary>
internal sealed class FormatString
{
    private static readonly FieldPath Timestamp = FieldPath.Parse("@timestamp");

    private readonly List<Part> _parts;

    private FormatString(string text, List<Part> parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The same for every event.</summary>
    public bool IsConstant => _parts.TrueForAll(static part => part.Literal is not null);

    /// <summary>The fields that it names.</summary>
    public IEnumerable<FieldPath> Fields => _parts.Where(part => part.Field is not null).Select(part => part.Field!);

    /// <summary>Reads a format; fields whose values are known already become text.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static FormatString Parse(string text, IReadOnlyDictionary<string, string>? known = null)
    {
        var parts = new List<Part>();
        var at = 0;
        while (at < text.Length)
        {
            var start = text.IndexOf("%{", at, StringComparison.Ordinal);
            if (start < 0)
            {
                break;
            }

            var end = text.IndexOf('}', start);
            if (end < 0)
            {
                throw new FormatException($"'{text}' has a '%{{' without '}}'");
            }

            Add(parts, text[at..start]);
            AddExpression(parts, text[(start + 2)..end], text, known);
            at = end + 1;
        }

        Add(parts, text[at..]);
        return new FormatString(text, parts);
    }

    /// <summary>The text for an event; null where a field is missing that has no default.</summary>
    public string? Format(ReadOnlySpan<byte> json)
    {
        if (_parts.Count == 1 && _parts[0].Literal is { } constant)
        {
            return constant;
        }

        var text = new StringBuilder();
        Span<char> value = stackalloc char[512];
        foreach (var part in _parts)
        {
            if (part.Literal is { } literal)
            {
                text.Append(literal);
            }
            else if (part.Date is { } date)
            {
                if (!Timestamp.TryRead(json, value, out var length)
                    || !DateTimeOffset.TryParse(
                        value[..length], System.Globalization.CultureInfo.InvariantCulture,
                        System.Globalization.DateTimeStyles.AssumeUniversal, out var time))
                {
                    return null;
                }

                text.Append(date.Format(time));
            }
            else if (part.Field!.TryRead(json, value, out var length))
            {
                text.Append(value[..length]);
            }
            else if (part.Default is { } otherwise)
            {
                text.Append(otherwise);
            }
            else
            {
                return null;
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Appends what the text depends on, so that equal keys mean equal texts: of a date by day the first ten characters
    /// of the time alone. False where a text would be missing.
    /// </summary>
    public bool TryAppendKey(ReadOnlySpan<byte> json, Span<char> destination, ref int length)
    {
        foreach (var part in _parts)
        {
            if (part.Literal is not null)
            {
                continue;
            }

            if (length == destination.Length)
            {
                return false;
            }

            destination[length++] = '\0';
            var field = part.Date is null ? part.Field! : Timestamp;
            if (field.TryRead(json, destination[length..], out var written))
            {
                length += part.Date is { IsByDay: true } ? Math.Min(10, written) : written;
            }
            else if (part.Default is null)
            {
                return false;
            }
        }

        return true;
    }

    private static void Add(List<Part> parts, string literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new Part(literal, null, null, null));
        }
    }

    private static void AddExpression(
        List<Part> parts, string expression, string text, IReadOnlyDictionary<string, string>? known)
    {
        if (expression.StartsWith('+'))
        {
            parts.Add(new Part(null, null, DatePattern.Parse(expression[1..]), null));
            return;
        }

        var end = expression.LastIndexOf(']');
        if (!expression.StartsWith('[') || end < 2)
        {
            throw new FormatException(
                $"'%{{{expression}}}' of '{text}' is neither a field such as %{{[fields.name]}} nor a date such as "
                + "%{+yyyy.MM.dd}");
        }

        var rest = expression[(end + 1)..];
        if (rest.Length > 0 && rest[0] != ':')
        {
            throw new FormatException($"'{rest}' of '%{{{expression}}}' is no default; a default begins with ':'");
        }

        var field = FieldPath.Parse(expression[..(end + 1)]);
        if (known is not null && known.TryGetValue(field.Text, out var value))
        {
            Add(parts, value);
        }
        else
        {
            parts.Add(new Part(null, field, null, rest.Length > 0 ? rest[1..] : null));
        }
    }

    private sealed record Part(string? Literal, FieldPath? Field, DatePattern? Date, string? Default);
}
