using System.Security.Authentication;

namespace LogFlow.Platform;

/// <summary>Versions of TLS by the names that Filebeat, Logstash and Kafka use.</summary>
public static class TlsProtocols
{
    /// <summary>Matches the three tools' default.</summary>
#pragma warning disable CA5398 // Which versions are allowed is the operator's choice; these are the default.
    public const SslProtocols Default = SslProtocols.Tls12 | SslProtocols.Tls13;
#pragma warning restore CA5398

    /// <summary>What may be written, for messages.</summary>
    public const string Choices = "TLSv1.2, TLSv1.3";

    /// <summary>The versions of those names; null where one of them is none. Older versions are not offered.</summary>
    public static SslProtocols? Parse(IEnumerable<string> names)
    {
        var all = SslProtocols.None;
        foreach (var name in names)
        {
#pragma warning disable CA5398
            var one = name.Trim().ToUpperInvariant() switch
            {
                "TLSV1.2" or "TLS1.2" => SslProtocols.Tls12,
                "TLSV1.3" or "TLS1.3" => SslProtocols.Tls13,
                _ => SslProtocols.None,
            };
#pragma warning restore CA5398
            if (one == SslProtocols.None)
            {
                return null;
            }

            all |= one;
        }

        return all == SslProtocols.None ? Default : all;
    }
}
