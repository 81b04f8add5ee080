using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A text with <c>%{field}</c>, <c>%{+yyyy.MM.dd}</c>, <c>%{+%s}</c>, <c>%{{java pattern}}</c> or <c>%{{TIME_NOW}}</c>
/// in it: Logstash's sprintf, taken apart once.
/// </summary>
public sealed class EventTemplate
{
    private readonly Part[] _parts;

    private EventTemplate(string text, Part[] parts)
    {
        Text = text;
        _parts = parts;
    }

    private enum PartKind
    {
        Literal,
        Field,
        Date,
        EpochSeconds,
        Now,
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>Whether nothing has to be filled in.</summary>
    public bool IsLiteral => _parts.All(part => part.Kind == PartKind.Literal);

    /// <summary>A text in which nothing is filled in.</summary>
    public static EventTemplate Literal(string text) => new(text, [new Part(PartKind.Literal, text, null, null)]);

    /// <summary>Takes a text apart.</summary>
    /// <exception cref="FormatException">A date format in it is wrong.</exception>
    public static EventTemplate Parse(string text) => TryParse(text, out var template, out var problem)
        ? template
        : throw new FormatException(problem);

    /// <summary>Takes a text apart; false with the reason when a date format in it is wrong.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out EventTemplate? template, [NotNullWhen(false)] out string? problem)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        var position = 0;
        problem = null;
        template = null;
        while (position < text.Length)
        {
            var open = text.IndexOf("%{", position, StringComparison.Ordinal);
            var isJava = open >= 0 && string.CompareOrdinal(text, open, "%{{", 0, 3) == 0;
            var close = open < 0 ? -1 : text.IndexOf(isJava ? "}}" : "}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }
            literal.Append(text, position, open - position);
            var start = open + (isJava ? 3 : 2);
            position = close + (isJava ? 2 : 1);
            var part = CreatePart(text[start..close], isJava, text[open..position], ref problem);
            if (problem is not null)
            {
                return false;
            }
            if (part.Kind == PartKind.Literal)
            {
                literal.Append(part.Text);
                continue;
            }
            FlushLiteral(parts, literal);
            parts.Add(part);
        }
        literal.Append(text, position, text.Length - position);
        FlushLiteral(parts, literal);
        template = new EventTemplate(text, [.. parts]);
        return true;
    }

    /// <summary>Fills in the values of an event. A field that is missing leaves its <c>%{...}</c> as written.</summary>
    public string Format(Event source, EventTimestamp now)
    {
        if (_parts.Length == 1)
        {
            return Format(_parts[0], source, now);
        }
        if (_parts.Length == 0)
        {
            return string.Empty;
        }
        var builder = new DefaultInterpolatedStringHandlerBuffer();
        foreach (ref readonly var part in _parts.AsSpan())
        {
            builder.Append(Format(part, source, now));
        }
        return builder.ToString();
    }

    /// <summary>
    /// The first <c>%{...}</c> that the event has no value for, as written; null: all of them can be filled in.
    /// </summary>
    public string? FindUnresolved(Event source)
    {
        foreach (ref readonly var part in _parts.AsSpan())
        {
            var isMissing = part.Kind switch
            {
                PartKind.Field => source.Get(part.Field!).IsNil,
                PartKind.Date or PartKind.EpochSeconds => source.Timestamp is null,
                _ => false,
            };
            if (isMissing)
            {
                return part.Text;
            }
        }
        return null;
    }

    private static string Format(in Part part, Event source, EventTimestamp now)
    {
        switch (part.Kind)
        {
            case PartKind.Literal:
                return part.Text;
            case PartKind.Field:
                var value = source.Get(part.Field!);
                return value.IsNil ? part.Text
                    : value.List is { } list ? Join(list)
                    : TextOf(value);
            case PartKind.Now:
                return now.ToString();
            default:
                if (source.Timestamp is not { } timestamp)
                {
                    return part.Text;
                }
                return part.Kind == PartKind.Date
                    ? part.Format!.Print(timestamp)
                    : Math.DivRem(timestamp.Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond).Quotient
                        .ToString(CultureInfo.InvariantCulture);
        }
    }

    // Logstash's sprintf is Java's: floats print otherwise than in the plugins, which are Ruby.
    private static string TextOf(in EventValue value) =>
        value.Kind == ValueKind.Float ? NumberText.FormatAsJava(value.Float) : value.ToText();

    private static string Join(EventList list)
    {
        var builder = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
            {
                builder.Append(',');
            }
            builder.Append(list[i].List is { } inner ? Join(inner) : TextOf(list[i]));
        }
        return builder.ToString();
    }

    private static Part CreatePart(string content, bool isJava, string whole, ref string? problem)
    {
        if (content == "+%s" && !isJava)
        {
            return new Part(PartKind.EpochSeconds, whole, null, null);
        }
        if (isJava && content == "TIME_NOW")
        {
            return new Part(PartKind.Now, whole, null, null);
        }
        if (isJava || content.StartsWith('+'))
        {
            var pattern = isJava ? content : content[1..];
            return DateFormat.TryCompile(pattern, DateLocale.English, out var format, out problem)
                ? new Part(PartKind.Date, whole, null, format)
                : new Part(PartKind.Literal, whole, null, null);
        }
        // What is no field reference can never be found: it stays as written.
        return FieldReference.TryParse(content, out var field, out _)
            ? new Part(PartKind.Field, whole, field, null)
            : new Part(PartKind.Literal, whole, null, null);
    }

    private static void FlushLiteral(List<Part> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new Part(PartKind.Literal, literal.ToString(), null, null));
            literal.Clear();
        }
    }

    private readonly record struct Part(PartKind Kind, string Text, FieldReference? Field, DateFormat? Format);

    // Concatenates without a StringBuilder per event.
    private ref struct DefaultInterpolatedStringHandlerBuffer()
    {
        private System.Runtime.CompilerServices.DefaultInterpolatedStringHandler _handler = new(0, 4);

        public void Append(string text) => _handler.AppendLiteral(text);

        public override string ToString() => _handler.ToStringAndClear();
    }
}
