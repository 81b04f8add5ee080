using System.Buffers;
using System.Globalization;

namespace LogFlow.Hosting;

/// <summary>
/// Times as Beats write them: Go durations (<c>1h30m</c>, <c>250ms</c>), days besides (<c>7d</c>), and bare numbers as
/// seconds.
/// </summary>
public static class Duration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Seconds)[] Units =
        [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)];

    /// <summary>Reads a time; false where <paramref name="text"/> is not one.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var rest = text.AsSpan().Trim();
        if (double.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out var plain))
        {
            return TryFromSeconds(plain, out value);
        }

        var isNegative = rest.StartsWith("-");
        rest = isNegative ? rest[1..] : rest;
        var seconds = 0.0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], CultureInfo.InvariantCulture, out var count))
            {
                return false;
            }

            rest = rest[digits..];
            var found = false;
            foreach (var (unit, factor) in Units)
            {
                if (rest.StartsWith(unit, StringComparison.Ordinal))
                {
                    seconds += count * factor;
                    rest = rest[unit.Length..];
                    found = true;
                    break;
                }
            }

            if (!found)
            {
                return false;
            }
        }

        return text.Length > 0 && TryFromSeconds(isNegative ? -seconds : seconds, out value);
    }

    /// <summary>Writes a time in the largest unit that divides it.</summary>
    public static string Format(TimeSpan value)
    {
        var culture = CultureInfo.InvariantCulture;
        return value switch
        {
            _ when value == TimeSpan.Zero => "0s",
            _ when value.Ticks % TimeSpan.TicksPerHour == 0 => value.TotalHours.ToString(culture) + "h",
            _ when value.Ticks % TimeSpan.TicksPerMinute == 0 => value.TotalMinutes.ToString(culture) + "m",
            _ when value.Ticks % TimeSpan.TicksPerSecond == 0 => value.TotalSeconds.ToString(culture) + "s",
            _ => value.TotalMilliseconds.ToString(culture) + "ms",
        };
    }

    private static bool TryFromSeconds(double seconds, out TimeSpan value)
    {
        var isInRange = Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds;
        value = isInRange ? TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)) : default;
        return isInRange;
    }
}
