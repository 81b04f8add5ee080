using System.Net;

namespace LogFlow.Processor.Pipeline;

/// <summary>Networks of the filter cidr, from texts.</summary>
internal static class CidrNetworks
{
    /// <summary>Reads a network: <c>10.1.2.3/8</c> means 10.0.0.0/8; an address alone is a network of one.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }
        var bytes = address.GetAddressBytes();
        var prefix = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), out prefix) || prefix < 0
            || prefix > bytes.Length * 8))
        {
            return false;
        }
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        network = new IPNetwork(new IPAddress(bytes), prefix);
        return true;
    }

    /// <summary>Several networks, separated by commas.</summary>
    public static IEnumerable<string> Split(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads a file of networks.</summary>
    /// <param name="path">The file.</param>
    /// <param name="separator">What stands between two of them.</param>
    /// <exception cref="FormatException">One of them is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IPNetwork[] ReadFile(string path, string separator) =>
        [.. File.ReadAllText(path)
            .Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => TryParse(text, out var network)
                ? network
                : throw new FormatException($"'{text}' is not a network"))];
}
