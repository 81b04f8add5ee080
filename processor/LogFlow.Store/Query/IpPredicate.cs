using System.Net;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Addresses between two, both included, by their 16 bytes (IPv4 mapped); also one address, or a CIDR block.
/// </summary>
internal sealed class IpPredicate(byte[] from, byte[] to) : ValuePredicate
{
    public override bool MatchText(ReadOnlySpan<byte> text) =>
        IpText.TryParse(text, out var address) && Bytes(address) is var bytes
        && bytes.AsSpan().SequenceCompareTo(from) >= 0 && bytes.AsSpan().SequenceCompareTo(to) <= 0;

    /// <summary>An address, or <c>10.0.0.0/8</c>; null where it is neither.</summary>
    public static IpPredicate? Parse(string text)
    {
        var slash = text.IndexOf('/');
        if (!IpText.TryParse(Encoding.UTF8.GetBytes(slash < 0 ? text : text[..slash]), out var address))
        {
            return null;
        }

        var low = Bytes(address);
        if (slash < 0)
        {
            return new IpPredicate(low, low);
        }

        var bitsMax = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
        if (!int.TryParse(text.AsSpan(slash + 1), out var bits) || bits < 0 || bits > bitsMax)
        {
            return null;
        }

        var high = (byte[])low.Clone();
        for (var bit = 128 - bitsMax + bits; bit < 128; bit++)
        {
            low[bit >> 3] &= (byte)~(0x80 >> (bit & 7));
            high[bit >> 3] |= (byte)(0x80 >> (bit & 7));
        }

        return new IpPredicate(low, high);
    }

    public static IpPredicate? Range(string? low, bool includesLow, string? high, bool includesHigh)
    {
        var from = new byte[16];
        var to = Enumerable.Repeat((byte)255, 16).ToArray();
        if (low is not null)
        {
            if (!IpText.TryParse(Encoding.UTF8.GetBytes(low), out var address))
            {
                return null;
            }

            from = Bytes(address);
            Step(from, includesLow ? 0 : 1);
        }

        if (high is not null)
        {
            if (!IpText.TryParse(Encoding.UTF8.GetBytes(high), out var address))
            {
                return null;
            }

            to = Bytes(address);
            Step(to, includesHigh ? 0 : -1);
        }

        return new IpPredicate(from, to);
    }

    private static void Step(byte[] bytes, int step)
    {
        for (var i = 15; i >= 0 && step != 0; i--)
        {
            var value = bytes[i] + step;
            bytes[i] = (byte)value;
            step = value is < 0 or > 255 ? step : 0;
        }
    }

    private static byte[] Bytes(IPAddress address) => address.MapToIPv6().GetAddressBytes();
}
