using System.Net;
using System.Net.Sockets;

namespace LogFlow.Agent;

/// <summary>A network of the <c>network</c> condition: a CIDR, or a name for a kind of addresses.</summary>
internal sealed class NetworkRange
{
    /// <summary>The names, for messages.</summary>
    public const string Names =
        "loopback, private, public, unicast, multicast, link_local_unicast, link_local_multicast, "
        + "interface_local_multicast, unspecified";

    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("fc00::/7"),
    ];

    private readonly Func<IPAddress, bool> _contains;

    private NetworkRange(Func<IPAddress, bool> contains) => _contains = contains;

    /// <summary>Reads a network or a name.</summary>
    public static bool TryParse(string text, out NetworkRange range)
    {
        Func<IPAddress, bool>? contains = text.ToLowerInvariant() switch
        {
            "loopback" => IPAddress.IsLoopback,
            "private" => IsPrivate,
            "public" => static address => !IsPrivate(address) && !IPAddress.IsLoopback(address)
                && !IsLinkLocal(address) && !IsMulticast(address) && !IsUnspecified(address),
            "unicast" or "global_unicast" => static address => !IPAddress.IsLoopback(address)
                && !IsMulticast(address) && !IsLinkLocal(address) && !IsUnspecified(address)
                && !address.Equals(IPAddress.Broadcast),
            "multicast" => IsMulticast,
            "link_local_unicast" => IsLinkLocal,
            "link_local_multicast" => static address => address.AddressFamily == AddressFamily.InterNetwork
                ? address.GetAddressBytes() is [224, 0, 0, _]
                : address.GetAddressBytes() is [0xFF, var scope, ..] && (scope & 0x0F) == 2,
            "interface_local_multicast" => static address =>
                address.GetAddressBytes() is [0xFF, var scope, _, _, _, ..] && (scope & 0x0F) == 1,
            "unspecified" => IsUnspecified,
            _ => IPNetwork.TryParse(text, out var network) ? network.Contains : null,
        };
        range = new NetworkRange(contains ?? (static _ => false));
        return contains is not null;
    }

    /// <summary>Whether an address is in it; what is no address is not.</summary>
    public bool Contains(string address) => IPAddress.TryParse(address, out var parsed)
        && _contains(parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed);

    private static bool IsPrivate(IPAddress address) => Array.Exists(Private, network => network.Contains(address));

    private static bool IsUnspecified(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal
        || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);

    private static bool IsMulticast(IPAddress address) => address.IsIPv6Multicast
        || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 and <= 239);
}
