namespace LogFlow.Kafka.Client;

/// <summary>Where a broker listens, as it advertises itself or as the bootstrap list names it.</summary>
public readonly record struct BrokerEndpoint(string Host, int Port)
{
    /// <summary>Kafka's default port, taken where a bootstrap server names none.</summary>
    public const int DefaultPort = 9092;

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[v6]:port</c>.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static BrokerEndpoint Parse(string text)
    {
        var trimmed = text.Trim();
        var host = trimmed;
        var portText = "";
        if (trimmed.StartsWith('['))
        {
            var end = trimmed.IndexOf(']');
            if (end < 0)
            {
                throw Malformed(text);
            }

            host = trimmed[1..end];
            var rest = trimmed[(end + 1)..];
            if (rest.Length > 0 && rest[0] != ':')
            {
                throw Malformed(text);
            }

            portText = rest.Length > 0 ? rest[1..] : "";
        }
        else if (trimmed.LastIndexOf(':') is >= 0 and var colon)
        {
            // Two colons without brackets: an IPv6 address without a port.
            if (trimmed.IndexOf(':') == colon)
            {
                host = trimmed[..colon];
                portText = trimmed[(colon + 1)..];
                if (portText.Length == 0)
                {
                    throw Malformed(text);
                }
            }
        }

        if (host.Length == 0 || host.Any(char.IsWhiteSpace))
        {
            throw Malformed(text);
        }

        if (portText.Length == 0)
        {
            return new BrokerEndpoint(host, DefaultPort);
        }

        return int.TryParse(portText, out var port) && port is > 0 and <= 65535
            ? new BrokerEndpoint(host, port)
            : throw Malformed(text);
    }

    private static FormatException Malformed(string text) =>
        new($"'{text}' is not a broker address. Write host:port, for example 127.0.0.1:9092.");
}
