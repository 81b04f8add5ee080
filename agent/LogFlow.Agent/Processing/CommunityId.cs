using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>community_id</c>: the Community ID flow hash, version 1, of an event's addresses and ports.</summary>
internal sealed class CommunityId : EventProcessor
{
    private static readonly Dictionary<string, byte> Protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        ["icmp"] = 1,
        ["igmp"] = 2,
        ["tcp"] = 6,
        ["egp"] = 8,
        ["igp"] = 9,
        ["udp"] = 17,
        ["gre"] = 47,
        ["esp"] = 50,
        ["ipv6-icmp"] = 58,
        ["icmpv6"] = 58,
        ["icmp6"] = 58,
        ["sctp"] = 132,
    };

    [ConfigKey("fields.source_ip")]
    public string SourceIp { get; set; } = "source.ip";

    [ConfigKey("fields.source_port")]
    public string SourcePort { get; set; } = "source.port";

    [ConfigKey("fields.destination_ip")]
    public string DestinationIp { get; set; } = "destination.ip";

    [ConfigKey("fields.destination_port")]
    public string DestinationPort { get; set; } = "destination.port";

    [ConfigKey("fields.iana_number")]
    public string IanaNumber { get; set; } = "network.iana_number";

    [ConfigKey("fields.transport")]
    public string Transport { get; set; } = "network.transport";

    [ConfigKey("fields.icmp_type")]
    public string IcmpType { get; set; } = "icmp.type";

    [ConfigKey("fields.icmp_code")]
    public string IcmpCode { get; set; } = "icmp.code";

    [ConfigKey("target")]
    public string Target { get; set; } = "network.community_id";

    [ConfigKey("seed")]
    public int Seed { get; set; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (IPAddress.TryParse(@event.Text(SourceIp), out var source)
            && IPAddress.TryParse(@event.Text(DestinationIp), out var destination)
            && FindProtocol(@event) is { } protocol)
        {
            int? sourcePort = null;
            int? destinationPort = null;
            if (protocol is 6 or 17 or 132)
            {
                sourcePort = Number(@event, SourcePort);
                destinationPort = Number(@event, DestinationPort);
                if (sourcePort is null || destinationPort is null)
                {
                    return true;
                }
            }

            @event.Put(Target, Hash(source, destination, protocol, sourcePort, destinationPort));
        }

        return true;
    }

    private byte? FindProtocol(AgentEvent @event)
    {
        if (Number(@event, IanaNumber) is { } number)
        {
            return (byte)number;
        }

        return @event.Text(Transport) is { } name
            && Protocols.TryGetValue(name, out var known)
            && known is not (1 or 58)
            ? known
            : null;
    }

    private string Hash(IPAddress source, IPAddress destination, byte protocol, int? sourcePort, int? destinationPort)
    {
        var (from, to) = (source.GetAddressBytes(), destination.GetAddressBytes());
        var order = from.AsSpan().SequenceCompareTo(to);
        if (order > 0 || (order == 0 && sourcePort > destinationPort))
        {
            (from, to) = (to, from);
            (sourcePort, destinationPort) = (destinationPort, sourcePort);
        }

        var bytes = new List<byte>();
        Add16(bytes, Seed);
        bytes.AddRange(from);
        bytes.AddRange(to);
        bytes.Add(protocol);
        bytes.Add(0);
        if (sourcePort is { } first && destinationPort is { } second)
        {
            Add16(bytes, first);
            Add16(bytes, second);
        }

#pragma warning disable CA5350 // The Community ID is defined by SHA-1.
        return "1:" + Convert.ToBase64String(SHA1.HashData([.. bytes]));
#pragma warning restore CA5350
    }

    private static void Add16(List<byte> bytes, int value)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, (ushort)value);
        bytes.AddRange(two);
    }

    private static int? Number(AgentEvent @event, string field) => @event.Get(field) switch
    {
        long whole when whole is >= 0 and <= 65535 => (int)whole,
        string text when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) => port,
        _ => null,
    };
}
