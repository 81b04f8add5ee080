using System.Security.Authentication;

namespace LogFlow.Platform;

/// <summary>How a client makes its connections secure. The names of files, not their contents: files change.</summary>
public sealed record TlsClientOptions
{
    /// <summary>Files (PEM, PKCS#12) or PEM texts with the authorities to trust; empty: the system's.</summary>
    public IReadOnlyList<string> CertificateAuthorities { get; init; } = [];

    /// <summary>What opens a PKCS#12 file of authorities. Secret.</summary>
    public string? AuthoritiesPassword { get; init; }

    /// <summary>The client's certificate with its chain: a file (PEM, PKCS#12) or PEM text; null: none.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key; null: in the same file.</summary>
    public string? Key { get; init; }

    /// <summary>What the key, or the PKCS#12 file, is encrypted with. Secret.</summary>
    public string? KeyPassphrase { get; init; }

    /// <summary>How much of the server's certificate is checked.</summary>
    public TlsVerification Verification { get; init; }

    /// <summary>Versions of TLS that are spoken.</summary>
    public SslProtocols Protocols { get; init; } = TlsProtocols.Default;

    /// <summary>SHA-256, hexadecimal, of a certificate that is an authority where the server sends it.</summary>
    public string? CaTrustedFingerprint { get; init; }

    /// <summary>SHA-256, base64, of public keys; the server's chain must hold one of them. Empty: any.</summary>
    public IReadOnlyList<string> CaSha256 { get; init; } = [];

    /// <summary>What the configuration calls these.</summary>
    public TlsKeyNames Names { get; init; } = TlsKeyNames.Filebeat;
}
