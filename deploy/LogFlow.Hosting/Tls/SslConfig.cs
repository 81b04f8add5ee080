using LogFlow.Platform;

namespace LogFlow.Hosting;

/// <summary>
/// The section <c>ssl</c> of an output or another client, with Filebeat's keys and defaults. Bind it as
/// <c>[ConfigKey("ssl")] public SslConfig? Ssl { get; set; }</c>: null where the section is not written.
/// </summary>
[UnsupportedKeys("cipher_suites", "curve_types", "renegotiation")]
public sealed class SslConfig : IValidatedConfig
{
    /// <summary>Whether TLS is spoken. Matches Filebeat: true where the section stands.</summary>
    [ConfigKey("enabled")]
    public bool Enabled { get; set; } = true;

    /// <summary>Files or PEM texts with the authorities to trust; empty: the system's.</summary>
    [ConfigKey("certificate_authorities")]
    public List<string> CertificateAuthorities { get; set; } = [];

    /// <summary>The certificate to show, a file or PEM text; empty: none.</summary>
    [ConfigKey("certificate")]
    public string? Certificate { get; set; }

    /// <summary>Its private key, a file or PEM text; empty: in the certificate's file.</summary>
    [ConfigKey("key", IsSecret = true)]
    public string? Key { get; set; }

    /// <summary>What the private key is encrypted with.</summary>
    [ConfigKey("key_passphrase", IsSecret = true)]
    public string? KeyPassphrase { get; set; }

    /// <summary>How much of the server's certificate is checked: full, strict, certificate, none.</summary>
    [ConfigKey("verification_mode")]
    public TlsVerification VerificationMode { get; set; } = TlsVerification.Full;

    /// <summary>Versions of TLS; empty: 1.2 and 1.3.</summary>
    [ConfigKey("supported_protocols")]
    public List<string> SupportedProtocols { get; set; } = [];

    /// <summary>SHA-256 (hexadecimal) of an authority that is trusted where the server sends it.</summary>
    [ConfigKey("ca_trusted_fingerprint")]
    public string? CaTrustedFingerprint { get; set; }

    /// <summary>SHA-256 (base64) of public keys, of which the server's chain must hold one.</summary>
    [ConfigKey("ca_sha256")]
    public List<string> CaSha256 { get; set; } = [];

    /// <summary>
    /// A client of these settings; null where <see cref="Enabled"/> is false. <see cref="Validate"/> has found it to
    /// load; should files have gone since, this throws a <see cref="TlsException"/> that names them.
    /// </summary>
    public TlsClient? CreateClient() => Enabled ? new TlsClient(ToOptions()) : null;

    /// <summary>The same as options.</summary>
    public TlsClientOptions ToOptions() => new()
    {
        CertificateAuthorities = CertificateAuthorities,
        Certificate = NullIfEmpty(Certificate),
        Key = NullIfEmpty(Key),
        KeyPassphrase = KeyPassphrase,
        Verification = VerificationMode,
        Protocols = TlsProtocols.Parse(SupportedProtocols) ?? TlsProtocols.Default,
        CaTrustedFingerprint = CaTrustedFingerprint,
        CaSha256 = CaSha256,
    };

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        if (!Enabled)
        {
            return [];
        }

        if (CertificateAuthorities.Exists(string.IsNullOrWhiteSpace))
        {
            // Else the system's authorities would be trusted, which nobody asked for.
            return [new ConfigProblem("certificate_authorities", "an entry is empty: name a file, or remove it")];
        }

        return TlsProtocols.Parse(SupportedProtocols) is null
            ? [SslProblems.Protocols]
            : SslProblems.Of(() => new TlsClient(ToOptions()));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
