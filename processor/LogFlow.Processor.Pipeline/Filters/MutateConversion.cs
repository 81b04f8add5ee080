using System.Globalization;
using System.Numerics;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// mutate's convert: what a value becomes. What is no number at all fails the filter (Logstash since 8.14).
/// </summary>
internal static class MutateConversion
{
    public static Func<EventValue, EventValue> Of(string type) => type switch
    {
        "integer" => value => ToInteger(value, isEuropean: false),
        "integer_eu" => value => ToInteger(value, isEuropean: true),
        "float" => value => ToFloat(value, isEuropean: false),
        "float_eu" => value => ToFloat(value, isEuropean: true),
        "boolean" => ToBoolean,
        _ => value => EventValue.Of(value.ToText()),
    };

    private static EventValue ToInteger(EventValue value, bool isEuropean)
    {
        switch (value.Kind)
        {
            case ValueKind.Integer or ValueKind.BigInteger:
                return value;
            case ValueKind.Boolean:
                return EventValue.Of(value.Boolean ? 1L : 0L);
            case ValueKind.Float when double.IsFinite(value.Float):
                return EventValue.Of(new BigInteger(Math.Truncate(value.Float)));
            case ValueKind.String when long.TryParse(
                value.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var plain):
                return EventValue.Of(plain);
        }
        var text = Normalise(value, isEuropean);
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return EventValue.Of(integer);
        }
        // Exact for what a double cannot hold: 9.007199254740993e+15.
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
        {
            return EventValue.Of(new BigInteger(decimal.Truncate(exact)));
        }
        return EventValue.Of(new BigInteger(Math.Truncate(ParseFloat(text, value))));
    }

    private static EventValue ToFloat(EventValue value, bool isEuropean) => value.Kind switch
    {
        ValueKind.Float => value,
        ValueKind.Integer or ValueKind.BigInteger => EventValue.Of(value.Float),
        ValueKind.Boolean => EventValue.Of(value.Boolean ? 1.0 : 0.0),
        _ => EventValue.Of(ParseFloat(Normalise(value, isEuropean), value)),
    };

    private static string Normalise(EventValue value, bool isEuropean)
    {
        var text = value.ToText().Trim();
        return isEuropean
            ? text.Replace(".", string.Empty, StringComparison.Ordinal).Replace(',', '.')
            : text.Replace(",", string.Empty, StringComparison.Ordinal);
    }

    private static double ParseFloat(string text, EventValue original)
    {
        var unsigned = text.AsSpan().TrimStart("+-");
        if (unsigned.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && TryParseHex(unsigned[2..], out var hex))
        {
            return text[0] == '-' ? -hex : hex;
        }
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var plain)
            && double.IsFinite(plain))
        {
            return plain;
        }
        throw new MutateException($"'{original.ToText()}' is not a number");
    }

    // 7b, 1.edcdp6: C's hexadecimal numbers.
    private static bool TryParseHex(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        var scale = 1.0;
        var isFraction = false;
        var digits = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.' && !isFraction)
            {
                isFraction = true;
                continue;
            }
            if (c is 'p' or 'P')
            {
                if (!int.TryParse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                    out var exponent))
                {
                    return false;
                }
                value = Math.ScaleB(value, exponent);
                return digits > 0;
            }
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
            digits++;
            var digit = char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
            if (isFraction)
            {
                scale /= 16;
                value += digit * scale;
            }
            else
            {
                value = (value * 16) + digit;
            }
        }
        return digits > 0;
    }

    private static EventValue ToBoolean(EventValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Integer or ValueKind.Float:
                return value.Float is 0 or 1 ? EventValue.Of(value.Float == 1) : value;
            case ValueKind.String:
                return value.AsString().ToLowerInvariant() switch
                {
                    "true" or "t" or "yes" or "y" or "1" or "1.0" => EventValue.Of(true),
                    "false" or "f" or "no" or "n" or "0" or "0.0" or "" => EventValue.Of(false),
                    _ => value,
                };
            default:
                return value;
        }
    }
}
