using System.Globalization;

namespace LogFlow.Agent;

/// <summary>A server's name or address and its port.</summary>
internal sealed record HostAndPort(string Host, int Port)
{
    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[::1]:port</c>; null where it is none of them.</summary>
    public static HostAndPort? TryParse(string text, int defaultPort)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? text : text[(scheme + 3)..].TrimEnd('/');
        var colon = rest.EndsWith(']') ? -1 : rest.LastIndexOf(':');
        var host = (colon < 0 ? rest : rest[..colon]).Trim('[', ']');
        var port = defaultPort;
        return Uri.CheckHostName(host) == UriHostNameType.Unknown
            || (colon >= 0 && (!int.TryParse(
                rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
                || port is < 1 or > 65535))
            ? null
            : new HostAndPort(host, port);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");
}
