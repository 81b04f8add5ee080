using System.Collections.Concurrent;
using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A time zone that turns local times into UTC as Joda does: times that a change of the clock skips are refused, of the
/// two meanings of a repeated hour the earlier is taken.
/// </summary>
internal sealed class ZoneClock
{
    // No zone changes its offset within a quarter of an hour of the clock.
    private const long BucketTicks = TimeSpan.TicksPerMinute * 15;

    private static readonly ConcurrentDictionary<string, ZoneClock> Cache = new(StringComparer.Ordinal);

    private readonly TimeZoneInfo? _zone;
    private readonly long _fixedOffsetTicks;
    private Bucket? _last;

    private ZoneClock(string id, TimeZoneInfo zone)
    {
        Id = id;
        _zone = zone;
    }

    private ZoneClock(string id, long fixedOffsetTicks)
    {
        Id = id;
        _fixedOffsetTicks = fixedOffsetTicks;
    }

    public static ZoneClock Utc { get; } = new("UTC", 0);

    /// <summary>The zone's name.</summary>
    public string Id { get; }

    /// <summary>
    /// The zone of a name (<c>Europe/Berlin</c>, <c>CET</c>) or offset (<c>+02:00</c>); null when there is none.
    /// </summary>
    public static ZoneClock? Find(string id)
    {
        if (Cache.TryGetValue(id, out var known))
        {
            return known;
        }
        var clock = Create(id);
        // Names may come from events; only real zones are kept, and there are few of those.
        if (clock is not null && Cache.Count < 2048)
        {
            Cache.TryAdd(id, clock);
        }
        return clock;
    }

    /// <summary>The clock of a zone.</summary>
    public static ZoneClock Of(TimeZoneInfo zone) =>
        zone.HasSameRules(TimeZoneInfo.Utc) ? Utc : new ZoneClock(zone.Id, zone);

    /// <summary>The local time's offset from UTC; false when the clock skipped that time.</summary>
    public bool TryGetOffset(DateTime local, out long offsetTicks)
    {
        offsetTicks = _fixedOffsetTicks;
        if (_zone is null)
        {
            return true;
        }
        var number = local.Ticks / BucketTicks;
        var last = _last;
        if (last is not null && last.Number == number)
        {
            offsetTicks = last.OffsetTicks;
            return true;
        }
        if (_zone.IsInvalidTime(local))
        {
            return false;
        }
        offsetTicks = _zone.IsAmbiguousTime(local)
            ? _zone.GetAmbiguousTimeOffsets(local).Max().Ticks
            : _zone.GetUtcOffset(local).Ticks;
        _last = new Bucket(number, offsetTicks);
        return true;
    }

    /// <summary>The local time of an instant.</summary>
    public DateTime ToLocal(DateTime utc) =>
        new(utc.Ticks + (_zone?.GetUtcOffset(utc).Ticks ?? _fixedOffsetTicks), DateTimeKind.Unspecified);

    private static ZoneClock? Create(string id)
    {
        switch (id)
        {
            case "UTC" or "GMT" or "Z" or "UT" or "Etc/UTC":
                return Utc;
            case "":
                return null;
        }
        if (id[0] is '+' or '-')
        {
            var digits = id[1..].Replace(":", string.Empty, StringComparison.Ordinal);
            if (digits.Length is not (2 or 4)
                || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }
            var minutes = digits.Length == 2 ? number * 60 : (number / 100 * 60) + (number % 100);
            return new ZoneClock(id, minutes * TimeSpan.TicksPerMinute * (id[0] == '-' ? -1 : 1));
        }
        return TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? new ZoneClock(id, zone) : null;
    }

    private sealed record Bucket(long Number, long OffsetTicks);
}
