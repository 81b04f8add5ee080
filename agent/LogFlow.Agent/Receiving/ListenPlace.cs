using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Where an input listens.</summary>
/// <param name="Host">A name or address; empty: all.</param>
/// <param name="Port">The port; 0 takes a free one.</param>
internal sealed record ListenPlace(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>, <c>[::1]:port</c>, <c>:port</c>; null where it is none of them.</summary>
    public static ListenPlace? TryParse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(
            text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            return null;
        }

        var host = text[..colon].Trim('[', ']');
        return host.Length > 0 && Uri.CheckHostName(host) == UriHostNameType.Unknown
            ? null
            : new ListenPlace(host, port);
    }

    /// <summary>A socket that is bound to it.</summary>
    /// <param name="config">The input; for its network, and the key that an error names.</param>
    /// <param name="type">Stream or datagram.</param>
    /// <exception cref="StartupException">The port is taken, or may not be.</exception>
    public Socket Bind(InputConfig config, SocketType type)
    {
        var address = config.Network.EndsWith('6') && Host.Length == 0 ? IPAddress.IPv6Any : ListenAddress.Parse(Host);
        if (Host.Length == 0 && config.Network is not (['t' or 'u', .., '4' or '6']) && Socket.OSSupportsIPv6)
        {
            address = IPAddress.IPv6Any;
        }

        var socket = new Socket(
            address.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = !config.Network.EndsWith('6');
            }

            socket.Bind(new IPEndPoint(address, Port));
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            var reason = error.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "the port is in use by another process",
                SocketError.AccessDenied => "not permitted (ports below 1024 need CAP_NET_BIND_SERVICE)",
                _ => error.Message,
            };
            throw new StartupException(
                $"the input of type '{config.Type}' cannot listen on {config.ListenHost}: {reason}; "
                + $"change '{(config.Type == "syslog" ? $"protocol.{config.Transport}.host" : "host")}' of it");
        }
    }
}
