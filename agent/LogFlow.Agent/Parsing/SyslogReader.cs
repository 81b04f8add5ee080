using System.Globalization;

namespace LogFlow.Agent;

/// <summary>Reads messages of RFC 3164 and RFC 5424.</summary>
internal sealed class SyslogReader(SyslogFormat format, string timezone)
{
    private const int PriorityMax = 191;

    private static readonly string[] Months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    private readonly TimeZoneInfo _zone =
        TimeZones.TryFind(timezone, out var zone) ? zone : TimeZoneInfo.Local;

    /// <summary>Reads a message; <paramref name="problem"/> says why it is none.</summary>
    public bool TryRead(string text, out SyslogMessage message, out string problem)
    {
        message = new SyslogMessage();
        var rest = text.AsSpan();
        if (!TryPriority(ref rest, message))
        {
            problem = "it does not begin with a priority such as <13>";
            if (format != SyslogFormat.Rfc3164 || rest.StartsWith("<"))
            {
                return false;
            }
        }

        problem = "";
        var isNewer = rest.StartsWith("1 ");
        return format switch
        {
            SyslogFormat.Rfc5424 => ReadNewer(rest, message, out problem),
            SyslogFormat.Rfc3164 => ReadOlder(rest, message, out problem),
            _ => isNewer ? ReadNewer(rest, message, out problem) : ReadOlder(rest, message, out problem),
        };
    }

    private static bool TryPriority(ref ReadOnlySpan<char> rest, SyslogMessage message)
    {
        var end = rest.IndexOf('>');
        if (end is < 2 or > 4 || rest[0] != '<'
            || !int.TryParse(rest[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            || priority > PriorityMax)
        {
            return false;
        }

        message.Priority = priority;
        rest = rest[(end + 1)..];
        return true;
    }

    private static bool ReadNewer(ReadOnlySpan<char> rest, SyslogMessage message, out string problem)
    {
        problem = "the header of RFC 5424 is not complete";
        var version = Word(ref rest);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        message.Version = number;
        var time = Word(ref rest);
        if (time is not "-")
        {
            if (!AgentEvent.TryParseTime(time.ToString(), out var timestamp))
            {
                problem = $"'{time}' is not a time";
                return false;
            }

            message.Timestamp = timestamp;
        }

        message.HostName = Value(Word(ref rest));
        message.AppName = Value(Word(ref rest));
        message.ProcessId = Value(Word(ref rest));
        message.MessageId = Value(Word(ref rest));
        if (rest.IsEmpty || !TryStructuredData(ref rest, message))
        {
            problem = "its structured data is not complete";
            return false;
        }

        message.Message = rest.TrimStart(' ').TrimStart('\uFEFF').ToString();
        return true;
    }

    private bool ReadOlder(ReadOnlySpan<char> rest, SyslogMessage message, out string problem)
    {
        problem = "no time follows its priority";
        if (!TryOlderTime(ref rest, out var time))
        {
            return false;
        }

        message.Timestamp = time;
        rest = rest.TrimStart(' ');
        var host = Word(ref rest);
        if (host.EndsWith(":") || host.Contains('['))
        {
            // Some write no host: what stands there is the program already.
            rest = $"{host} {rest}";
        }
        else
        {
            message.HostName = host.ToString();
        }

        var tag = rest.IndexOf(':');
        var name = tag < 0 ? default : rest[..tag];
        if (name.IsEmpty || name.Contains(' '))
        {
            message.Message = rest.ToString();
            return true;
        }

        var bracket = name.IndexOf('[');
        if (bracket > 0 && name[^1] == ']')
        {
            message.ProcessId = name[(bracket + 1)..^1].ToString();
            name = name[..bracket];
        }

        message.AppName = name.ToString();
        message.Message = rest[(tag + 1)..].TrimStart(' ').ToString();
        return true;
    }

    /// <summary><c>Jan 23 14:09:01</c>, of this year, or a time of RFC 3339.</summary>
    private bool TryOlderTime(ref ReadOnlySpan<char> rest, out DateTimeOffset time)
    {
        time = default;
        if (rest.Length > 0 && char.IsAsciiDigit(rest[0]))
        {
            var written = Word(ref rest);
            return AgentEvent.TryParseTime(written.ToString(), out time);
        }

        if (rest.Length < 15)
        {
            return false;
        }

        var month = Array.IndexOf(Months, rest[..3].ToString()) + 1;
        var now = TimeProvider.System.GetUtcNow();
        if (month == 0
            || !int.TryParse(rest.Slice(4, 2).Trim(' '), NumberStyles.None, CultureInfo.InvariantCulture, out var day)
            || !TimeOnly.TryParseExact(rest.Slice(7, 8), "HH:mm:ss", CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var clock)
            || day < 1
            || day > DateTime.DaysInMonth(now.Year, month))
        {
            return false;
        }

        time = TimeZones.At(new DateTime(now.Year, month, day).Add(clock.ToTimeSpan()), _zone);
        if (time > now.AddDays(2))
        {
            // December's lines that are read in January.
            time = time.AddYears(-1);
        }

        rest = rest[15..];
        return true;
    }

    private static bool TryStructuredData(ref ReadOnlySpan<char> rest, SyslogMessage message)
    {
        if (rest[0] == '-')
        {
            rest = rest[1..];
            return true;
        }

        while (rest.StartsWith("["))
        {
            rest = rest[1..];
            var end = rest.IndexOfAny(' ', ']');
            if (end <= 0)
            {
                return false;
            }

            var element = new EventObject(4);
            (message.StructuredData ??= new EventObject(4)).Set(rest[..end].ToString(), element);
            rest = rest[end..];
            while (rest.StartsWith(" "))
            {
                rest = rest[1..];
                var equals = rest.IndexOf("=\"");
                if (equals <= 0)
                {
                    return false;
                }

                var name = rest[..equals].ToString();
                rest = rest[(equals + 2)..];
                var value = new System.Text.StringBuilder();
                while (rest.Length > 0 && rest[0] != '"')
                {
                    if (rest[0] == '\\' && rest.Length > 1 && rest[1] is '"' or '\\' or ']')
                    {
                        rest = rest[1..];
                    }

                    value.Append(rest[0]);
                    rest = rest[1..];
                }

                if (rest.IsEmpty)
                {
                    return false;
                }

                element.Set(name, value.ToString());
                rest = rest[1..];
            }

            if (!rest.StartsWith("]"))
            {
                return false;
            }

            rest = rest[1..];
        }

        return message.StructuredData is not null;
    }

    private static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(' ');
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return word;
    }

    private static string? Value(ReadOnlySpan<char> word) => word is "-" || word.IsEmpty ? null : word.ToString();
}
