using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>One format of a date filter: a pattern, or one of the named formats.</summary>
internal abstract class DateParser
{
    /// <summary>ISO 8601 in the variants Logstash accepts.</summary>
    public static DateParser Iso8601 { get; } = new IsoParser();

    /// <summary>Makes the parser of a format; false with the reason when it is wrong.</summary>
    public static bool TryCreate(
        string format,
        DateLocale locale,
        [NotNullWhen(true)] out DateParser? parser,
        [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        switch (format)
        {
            case "ISO8601":
                parser = Iso8601;
                return true;
            case "UNIX":
                parser = new UnixParser(1000m, int.MaxValue);
                return true;
            case "UNIX_MS":
                parser = new UnixParser(1m, decimal.MaxValue);
                return true;
            case "TAI64N":
                parser = new Tai64Parser();
                return true;
        }
        parser = DateFormat.TryCompile(format, locale, out var compiled, out problem) ? new PatternParser(compiled)
            : null;
        return parser is not null;
    }

    /// <summary>Reads a value; false when it is not a date of this format.</summary>
    public abstract bool TryParse(EventValue value, ZoneClock zone, TimeProvider time, out EventTimestamp timestamp);

    private sealed class PatternParser(DateFormat format) : DateParser
    {
        public override bool TryParse(EventValue value, ZoneClock zone, TimeProvider time, out EventTimestamp timestamp)
        {
            if (!value.IsString)
            {
                timestamp = default;
                return false;
            }
            // The clock is only read by formats that need it.
            var now = format.NeedsNow ? time.GetUtcNow().UtcDateTime : default;
            return format.TryParse(value.Span, zone, now, out timestamp);
        }
    }

    private sealed class IsoParser : DateParser
    {
        public override bool TryParse(EventValue value, ZoneClock zone, TimeProvider time, out EventTimestamp timestamp)
        {
            if (value.Kind == ValueKind.Timestamp)
            {
                timestamp = value.Timestamp;
                return true;
            }
            timestamp = default;
            return value.IsString && IsoDate.TryParse(value.Span, zone, out timestamp);
        }
    }

    private sealed class UnixParser(decimal millisPerUnit, decimal valueMax) : DateParser
    {
        public override bool TryParse(EventValue value, ZoneClock zone, TimeProvider time, out EventTimestamp timestamp)
        {
            timestamp = default;
            decimal number;
            switch (value.Kind)
            {
                case ValueKind.Integer:
                    number = value.Integer;
                    break;
                case ValueKind.Float when Math.Abs(value.Float) < 1e15:
                    number = (decimal)value.Float;
                    break;
                case ValueKind.String when decimal.TryParse(
                    value.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed):
                    number = parsed;
                    break;
                default:
                    return false;
            }
            if (number > valueMax || Math.Abs(number) > 1e15m)
            {
                return false;
            }
            var nanos = decimal.Floor(number * millisPerUnit * 1_000_000m);
            var ticks = (long)decimal.Floor(nanos / 100m);
            var absolute = ticks + DateTime.UnixEpoch.Ticks;
            if (absolute < 0 || absolute > DateTime.MaxValue.Ticks)
            {
                return false;
            }
            timestamp = new EventTimestamp(absolute, (int)(nanos - (ticks * 100m)));
            return true;
        }
    }

    // @4000000050d506482dbdf024: seconds since 1970 in TAI (ten ahead of UTC then) plus 2^62, and nanoseconds, in hex.
    private sealed class Tai64Parser : DateParser
    {
        private const long TaiOffsetSeconds = 10;

        public override bool TryParse(EventValue value, ZoneClock zone, TimeProvider time, out EventTimestamp timestamp)
        {
            timestamp = default;
            if (!value.IsString)
            {
                return false;
            }
            var text = value.Span.TrimStart('@');
            if (text.Length != 24
                || !ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out var seconds)
                || !uint.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out var nanos)
                || nanos >= 1_000_000_000)
            {
                return false;
            }
            var unix = (long)(seconds - (1UL << 62)) - TaiOffsetSeconds;
            if (unix is < 0 or > 253_402_300_799)
            {
                return false;
            }
            timestamp = new EventTimestamp(
                DateTime.UnixEpoch.Ticks + (unix * TimeSpan.TicksPerSecond) + (nanos / 100), (int)(nanos % 100));
            return true;
        }
    }
}
