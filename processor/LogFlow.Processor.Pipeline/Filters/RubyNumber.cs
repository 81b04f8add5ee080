using System.Globalization;
using System.Numerics;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Text to numbers the way Ruby's <c>to_i</c> and <c>to_f</c> do: as far as the text is a number, else 0.
/// </summary>
internal static class RubyNumber
{
    /// <summary>Ruby's <c>to_i</c>.</summary>
    public static EventValue ToInteger(ReadOnlySpan<char> text)
    {
        var length = IntegerLength(text);
        if (length == text.Length
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var plain))
        {
            return EventValue.Of(plain);
        }
        text = text.TrimStart();
        length = IntegerLength(text);
        if (length == 0)
        {
            return EventValue.Of(0L);
        }
        return long.TryParse(text[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var integer)
            ? EventValue.Of(integer)
            : EventValue.Of(BigInteger.Parse(text[..length], NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture));
    }

    /// <summary>Ruby's <c>to_f</c>.</summary>
    public static double ToFloat(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        var length = FloatLength(text);
        return length == 0 ? 0 : double.Parse(text[..length], CultureInfo.InvariantCulture);
    }

    private static int IntegerLength(ReadOnlySpan<char> text)
    {
        var digitsAt = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var end = digitsAt;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }
        return end == digitsAt ? 0 : end;
    }

    private static int FloatLength(ReadOnlySpan<char> text)
    {
        var end = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var digits = SkipDigits(text, ref end);
        if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            end++;
            digits += SkipDigits(text, ref end);
        }
        if (digits == 0)
        {
            return 0;
        }
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var exponent = end + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-')
            {
                exponent++;
            }
            if (SkipDigits(text, ref exponent) > 0)
            {
                end = exponent;
            }
        }
        return end;
    }

    private static int SkipDigits(ReadOnlySpan<char> text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }
        return position - start;
    }
}
