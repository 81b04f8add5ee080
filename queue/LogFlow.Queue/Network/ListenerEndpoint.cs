using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LogFlow.Queue;

/// <summary>
/// One entry of <c>listeners</c> or <c>advertised.listeners</c>: <c>NAME://host:port</c> or <c>host:port</c>. The name
/// is a security protocol, or one that <c>listener.security.protocol.map</c> gives one to. An empty
/// host means every address, as in Kafka.
/// </summary>
internal sealed record ListenerEndpoint(string Name, string Host, int Port)
{
    /// <summary>The name of an entry without one.</summary>
    public const string Plaintext = "PLAINTEXT";

    /// <summary>Reads an entry; <paramref name="problem"/> says in one sentence what is wrong with it.</summary>
    public static bool TryParse(string text, out ListenerEndpoint endpoint, out string problem)
    {
        endpoint = new ListenerEndpoint(Plaintext, "", 0);
        var rest = text.Trim();
        var name = Plaintext;
        var schemeEnd = rest.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd >= 0)
        {
            name = rest[..schemeEnd].ToUpperInvariant();
            rest = rest[(schemeEnd + 3)..];
        }

        if (name.Length == 0
            || name.Any(static letter => !char.IsAsciiLetterOrDigit(letter) && letter is not '_' and not '-'))
        {
            problem = $"'{text}': the listener's name has other characters than letters, digits, '_' and '-'";
            return false;
        }

        var portStart = rest.LastIndexOf(':');
        if (portStart < 0
            || !int.TryParse(rest[(portStart + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > ushort.MaxValue)
        {
            problem = $"'{text}' has no port between 0 and 65535; write PLAINTEXT://host:port";
            return false;
        }

        var host = rest[..portStart];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }

        endpoint = new ListenerEndpoint(name, host, port);
        problem = "";
        return true;
    }

    /// <summary>
    /// The addresses to bind. "localhost" is 127.0.0.1, and ::1 as well where the machine has it: clients resolve the
    /// name to either.
    /// </summary>
    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(CancellationToken cancellationToken)
    {
        if (Host.Length == 0)
        {
            return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
        }

        if (IPAddress.TryParse(Host, out var address))
        {
            return [address];
        }

        var addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken);
        return addresses.OrderBy(candidate => candidate.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).ToArray();
    }

    /// <summary>
    /// What clients are told to connect to when nothing is advertised explicitly: the bound address; for a wildcard
    /// this machine's name; for loopback names the IPv4 address, because a client may resolve "localhost" to ::1.
    /// </summary>
    public ListenerEndpoint Advertise(IPEndPoint bound)
    {
        var host = Host;
        if (Host.Length == 0 || bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any))
        {
            host = Dns.GetHostName();
        }
        else if (bound.Address.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(bound.Address))
        {
            host = bound.Address.ToString();
        }

        return this with { Host = host, Port = bound.Port };
    }

    public override string ToString() => Host.Contains(':') ? $"{Name}://[{Host}]:{Port}" : $"{Name}://{Host}:{Port}";
}
