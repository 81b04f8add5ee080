using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>Numbers as text, the way Ruby prints them: a float always shows that it is one (3.0, 1.0e+20).</summary>
internal static class NumberText
{
    /// <summary>Ruby's <c>Float#to_s</c>.</summary>
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }
        var magnitude = Math.Abs(value);
        if (magnitude >= 1e16 || (magnitude < 1e-4 && magnitude > 0))
        {
            var text = value.ToString("E16", CultureInfo.InvariantCulture);
            var shortest = value.ToString("R", CultureInfo.InvariantCulture);
            return shortest.Contains('E', StringComparison.Ordinal) ? FromScientific(shortest) : FromPlain(text, value);
        }
        var plain = value.ToString("R", CultureInfo.InvariantCulture);
        return plain.AsSpan().ContainsAny('.', 'E') ? plain : plain + ".0";
    }

    /// <summary>Java's <c>Double.toString</c>: with an exponent from 10^7 on and below 10^-3 (1.0E7, 1.2E-4).</summary>
    public static string FormatAsJava(double value)
    {
        var magnitude = Math.Abs(value);
        if (!double.IsFinite(value) || magnitude is 0 or (>= 1e-3 and < 1e7))
        {
            return Format(value);
        }
        var digits = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var count = 0; count < 17; count++)
        {
            var candidate = value.ToString($"E{count}", CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) == value)
            {
                digits = candidate;
                break;
            }
        }
        var exponentAt = digits.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(
            digits.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = digits[..exponentAt];
        return string.Create(
            CultureInfo.InvariantCulture, $"{mantissa}{(mantissa.Contains('.') ? "" : ".0")}E{exponent}");
    }

    // .NET writes 1E+20, Ruby 1.0e+20.
    private static string FromScientific(string text)
    {
        var exponentAt = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = text[..exponentAt];
        var exponent = int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);
        if (!mantissa.Contains('.', StringComparison.Ordinal))
        {
            mantissa += ".0";
        }
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    // .NET may print 1E15..1E16 without an exponent where Ruby has one.
    private static string FromPlain(string scientific, double value)
    {
        for (var digits = 1; digits <= 17; digits++)
        {
            var candidate = value.ToString("E" + digits, CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) == value)
            {
                return FromScientific(candidate);
            }
        }
        return FromScientific(scientific);
    }
}
