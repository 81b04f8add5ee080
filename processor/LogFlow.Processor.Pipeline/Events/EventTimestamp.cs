using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// An instant in UTC with nanoseconds: ticks of 100 ns since 0001-01-01 and the nanoseconds within the tick (0..99).
/// </summary>
public readonly record struct EventTimestamp : IComparable<EventTimestamp>
{
    /// <summary>Creates an instant.</summary>
    /// <param name="ticks">Ticks of 100 ns since 0001-01-01T00:00Z.</param>
    /// <param name="subTickNanos">Nanoseconds within the tick, 0..99.</param>
    public EventTimestamp(long ticks, int subTickNanos = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ticks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ticks, DateTime.MaxValue.Ticks);
        ArgumentOutOfRangeException.ThrowIfNegative(subTickNanos);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(subTickNanos, 99);
        Ticks = ticks;
        SubTickNanos = subTickNanos;
    }

    /// <summary>Ticks of 100 ns since 0001-01-01T00:00Z.</summary>
    public long Ticks { get; }

    /// <summary>Nanoseconds within the tick, 0..99.</summary>
    public int SubTickNanos { get; }

    /// <summary>The longest text <see cref="TryFormat"/> writes.</summary>
    public const int TextLengthMax = 30;

    /// <summary>The instant as .NET's type (nanoseconds below a tick are cut off).</summary>
    public DateTime UtcDateTime => new(Ticks, DateTimeKind.Utc);

    /// <summary>Milliseconds since 1970, rounded down.</summary>
    public long UnixTimeMilliseconds => new DateTimeOffset(UtcDateTime).ToUnixTimeMilliseconds();

    /// <summary>
    /// The instant of <paramref name="time"/>, cut to milliseconds as Logstash's own clock reading is.
    /// </summary>
    public static EventTimestamp FromMilliseconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond));

    /// <summary>The same instant without what is smaller than a millisecond.</summary>
    public EventTimestamp TruncateToMilliseconds() => new(Ticks - (Ticks % TimeSpan.TicksPerMillisecond));

    /// <inheritdoc/>
    public int CompareTo(EventTimestamp other) =>
        Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks) : SubTickNanos.CompareTo(other.SubTickNanos);

    /// <summary>Earlier than.</summary>
    public static bool operator <(EventTimestamp left, EventTimestamp right) => left.CompareTo(right) < 0;

    /// <summary>Not later than.</summary>
    public static bool operator <=(EventTimestamp left, EventTimestamp right) => left.CompareTo(right) <= 0;

    /// <summary>Later than.</summary>
    public static bool operator >(EventTimestamp left, EventTimestamp right) => left.CompareTo(right) > 0;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(EventTimestamp left, EventTimestamp right) => left.CompareTo(right) >= 0;

    /// <summary>ISO 8601 in UTC with three, six or nine fraction digits: as many as are needed.</summary>
    public override string ToString()
    {
        Span<byte> buffer = stackalloc byte[TextLengthMax];
        var length = TryFormat(buffer);
        return System.Text.Encoding.ASCII.GetString(buffer[..length]);
    }

    /// <summary>
    /// Writes <see cref="ToString"/>'s text as ASCII into at least <see cref="TextLengthMax"/> bytes.
    /// </summary>
    /// <returns>The number of bytes written.</returns>
    public int TryFormat(Span<byte> destination)
    {
        var time = UtcDateTime;
        WriteDigits(destination, time.Year, 4);
        destination[4] = (byte)'-';
        WriteDigits(destination[5..], time.Month, 2);
        destination[7] = (byte)'-';
        WriteDigits(destination[8..], time.Day, 2);
        destination[10] = (byte)'T';
        WriteDigits(destination[11..], time.Hour, 2);
        destination[13] = (byte)':';
        WriteDigits(destination[14..], time.Minute, 2);
        destination[16] = (byte)':';
        WriteDigits(destination[17..], time.Second, 2);
        destination[19] = (byte)'.';
        var nanos = (int)(Ticks % TimeSpan.TicksPerSecond) * 100 + SubTickNanos;
        var digits = nanos % 1_000_000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9;
        WriteDigits(destination[20..], digits == 3 ? nanos / 1_000_000 : digits == 6 ? nanos / 1000 : nanos, digits);
        destination[20 + digits] = (byte)'Z';
        return 21 + digits;
    }

    /// <summary>
    /// Reads <c>yyyy-MM-ddTHH:mm:ss[.f{1,9}](Z|+HH[:]mm)</c>: what events carry in <c>@timestamp</c>.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out EventTimestamp timestamp)
    {
        timestamp = default;
        if (text.Length < 20 || text.Length > 35 || text[4] != '-' || text[7] != '-'
            || (text[10] | 0x20) is not ('t' or ' ')
            || text[13] != ':' || text[16] != ':')
        {
            return false;
        }
        if (!Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)
            || !Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute)
            || !Digits(text, 17, 2, out var second))
        {
            return false;
        }
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }
        var position = 19;
        var nanos = 0;
        if (text[position] is (byte)'.' or (byte)',')
        {
            position++;
            var scale = 100_000_000;
            var start = position;
            while (position < text.Length && (uint)(text[position] - '0') <= 9)
            {
                nanos += (text[position++] - '0') * scale;
                scale /= 10;
            }
            if (position == start)
            {
                return false;
            }
        }
        if (!TryReadOffset(text[position..], out var offsetTicks))
        {
            return false;
        }
        var ticks = new DateTime(year, month, day, hour, minute, second).Ticks + (nanos / 100) - offsetTicks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }
        timestamp = new EventTimestamp(ticks, nanos % 100);
        return true;
    }

    /// <summary>As <see cref="TryParse(ReadOnlySpan{byte}, out EventTimestamp)"/>, from characters.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EventTimestamp timestamp)
    {
        timestamp = default;
        if (text.Length > 40)
        {
            return false;
        }
        Span<byte> ascii = stackalloc byte[40];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] > 127)
            {
                return false;
            }
            ascii[i] = (byte)text[i];
        }
        return TryParse(ascii[..text.Length], out timestamp);
    }

    /// <summary>Reads an instant that is known to be well-formed.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static EventTimestamp Parse(string text) => TryParse(text.AsSpan(), out var timestamp)
        ? timestamp
        : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Not an ISO 8601 instant: {text}"));

    private static bool TryReadOffset(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length == 1)
        {
            return (text[0] | 0x20) == 'z';
        }
        if (text.Length is not (3 or 5 or 6) || text[0] is not ((byte)'+' or (byte)'-')
            || !Digits(text, 1, 2, out var hours))
        {
            return false;
        }
        var minutes = 0;
        if (text.Length == 5 && !Digits(text, 3, 2, out minutes))
        {
            return false;
        }
        if (text.Length == 6 && (text[3] != ':' || !Digits(text, 4, 2, out minutes)))
        {
            return false;
        }
        ticks = ((hours * 60L) + minutes) * TimeSpan.TicksPerMinute * (text[0] == '-' ? -1 : 1);
        return hours <= 18 && minutes <= 59;
    }

    private static bool Digits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        foreach (var c in text.Slice(start, count))
        {
            var digit = (uint)(c - '0');
            if (digit > 9)
            {
                return false;
            }
            value = (value * 10) + (int)digit;
        }
        return true;
    }

    private static void WriteDigits(Span<byte> destination, int value, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            destination[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
