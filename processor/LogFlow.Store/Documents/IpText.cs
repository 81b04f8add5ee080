using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LogFlow.Store;

/// <summary>IP addresses as Elasticsearch's ip field reads and prints them.</summary>
internal static class IpText
{
    /// <summary>The canonical text of an address; false where the text is none.</summary>
    public static bool TryNormalize(ReadOnlyMemory<byte> text, out ReadOnlyMemory<byte> canonical)
    {
        canonical = text;
        if (Ipv4Text.TryParse(text.Span, out _))
        {
            return true;
        }

        if (!TryParse(text.Span, out var address))
        {
            return false;
        }

        canonical = Encoding.ASCII.GetBytes(address.ToString());
        return true;
    }

    /// <summary>The 16 bytes by which addresses are ordered; IPv4 mapped.</summary>
    public static byte[] ToSortable(string canonical) => IPAddress.Parse(canonical).MapToIPv6().GetAddressBytes();

    public static string FromSortable(byte[] bytes)
    {
        var address = new IPAddress(bytes);
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Length is < 2 or > 64 || text.IndexOfAny((byte)'.', (byte)':') < 0)
        {
            return false;
        }

        if (!IPAddress.TryParse(Encoding.UTF8.GetString(text), out var parsed))
        {
            return false;
        }

        // .NET also takes 1.2 and 0x1.0.0.0, which are no addresses to Elasticsearch.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && !Ipv4Text.TryParse(text, out _))
        {
            return false;
        }

        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }
}
