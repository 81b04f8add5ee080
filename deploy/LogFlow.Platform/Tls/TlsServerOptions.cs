using System.Security.Authentication;

namespace LogFlow.Platform;

/// <summary>How a server makes its connections secure. The names of files, not their contents: files change.</summary>
public sealed record TlsServerOptions
{
    /// <summary>The server's certificate with its chain: a file (PEM, PKCS#12) or PEM text.</summary>
    public required string Certificate { get; init; }

    /// <summary>Its private key; null: in the same file.</summary>
    public string? Key { get; init; }

    /// <summary>What the key, or the PKCS#12 file, is encrypted with. Secret.</summary>
    public string? KeyPassphrase { get; init; }

    /// <summary>Files or PEM texts with the authorities of clients' certificates; empty: the system's.</summary>
    public IReadOnlyList<string> CertificateAuthorities { get; init; } = [];

    /// <summary>What opens a PKCS#12 file of authorities. Secret.</summary>
    public string? AuthoritiesPassword { get; init; }

    /// <summary>Whether clients are asked for a certificate.</summary>
    public TlsClientAuthentication ClientAuthentication { get; init; }

    /// <summary>Versions of TLS that are spoken.</summary>
    public SslProtocols Protocols { get; init; } = TlsProtocols.Default;

    /// <summary>What the configuration calls these.</summary>
    public TlsKeyNames Names { get; init; } = TlsKeyNames.Filebeat;
}
