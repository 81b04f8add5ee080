using System.Globalization;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Times as <c>--since</c> and <c>--until</c> take them: how long ago, or a date and time.</summary>
internal static class TimeBound
{
    /// <summary>Reads one; false where it is neither.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset time)
    {
        if (text == "now")
        {
            time = now;
            return true;
        }

        // A bare number would be seconds to Duration; here it is more likely a year.
        var isNumber = double.TryParse(text, CultureInfo.InvariantCulture, out _);
        if (!isNumber && Duration.TryParse(text.TrimStart('-'), out var ago))
        {
            time = now - ago;
            return true;
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out time);
    }
}
