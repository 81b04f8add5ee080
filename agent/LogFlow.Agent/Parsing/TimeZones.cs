using System.Globalization;

namespace LogFlow.Agent;

/// <summary>Time zones as Filebeat's configuration names them.</summary>
internal static class TimeZones
{
    /// <summary>Finds one: Local, UTC, an IANA name, or an offset such as +0200 or +02:00.</summary>
    public static bool TryFind(string name, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        if (name.Length == 0 || name.Equals("UTC", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (name.Equals("local", StringComparison.OrdinalIgnoreCase))
        {
            zone = TimeZoneInfo.Local;
            return true;
        }

        if (name[0] is '+' or '-')
        {
            var digits = name[1..].Replace(":", "", StringComparison.Ordinal);
            if (digits.Length is not (2 or 4)
                || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            var offset = digits.Length == 2
                ? TimeSpan.FromHours(number)
                : new TimeSpan(number / 100, number % 100, 0);
            if (offset > TimeSpan.FromHours(14))
            {
                return false;
            }

            zone = TimeZoneInfo.CreateCustomTimeZone(name, name[0] == '-' ? -offset : offset, name, name);
            return true;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found))
        {
            zone = found;
            return true;
        }

        return false;
    }

    /// <summary>A time of that zone's clocks; one that they skip is taken as if they had not.</summary>
    public static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        var time = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        return new DateTimeOffset(time, zone.GetUtcOffset(time));
    }
}
