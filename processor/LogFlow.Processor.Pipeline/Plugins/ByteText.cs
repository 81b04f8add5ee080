using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>Sizes as people write them: 10, 10kb, 10 MiB.</summary>
internal static class ByteText
{
    private const string Units = "kmgtpezy";

    /// <summary>Reads a size in bytes: kB is 1000, KiB 1024, and a lone K 1024 as well unless <paramref
    /// name="metric"/>.
    /// </summary>
    public static bool TryParse(string text, out decimal bytes, bool metric = false)
    {
        bytes = 0;
        var trimmed = text.AsSpan().Trim();
        var end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || trimmed[end] is '.' or '-' or '+'))
        {
            end++;
        }
        if (!decimal.TryParse(trimmed[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }
        var unit = trimmed[end..].Trim().ToString().ToLowerInvariant();
        if (unit.EndsWith('b'))
        {
            unit = unit[..^1];
        }
        if (unit.Length == 0)
        {
            bytes = decimal.Truncate(number);
            return true;
        }
        var exponent = Units.IndexOf(unit[0], StringComparison.Ordinal) + 1;
        if (exponent == 0 || unit.Length > 2 || (unit.Length == 2 && unit[1] != 'i'))
        {
            return false;
        }
        var factor = unit.Length == 2 || !metric ? 1024m : 1000m;
        try
        {
            for (var i = 0; i < exponent; i++)
            {
                number *= factor;
            }
        }
        catch (OverflowException)
        {
            return false;
        }
        bytes = decimal.Truncate(number);
        return true;
    }
}
