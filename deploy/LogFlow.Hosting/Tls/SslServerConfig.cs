using LogFlow.Platform;

namespace LogFlow.Hosting;

/// <summary>
/// The section <c>ssl</c> of something that listens, with Filebeat's keys and defaults. Bind it as
/// <c>[ConfigKey("ssl")] public SslServerConfig? Ssl { get; set; }</c>: null where the section is not written.
/// </summary>
[UnsupportedKeys("cipher_suites", "curve_types", "renegotiation")]
public sealed class SslServerConfig : IValidatedConfig
{
    /// <summary>Whether TLS is spoken. Matches Filebeat: true where the section stands.</summary>
    [ConfigKey("enabled")]
    public bool Enabled { get; set; } = true;

    /// <summary>The server's certificate with its chain, a file or PEM text.</summary>
    [ConfigKey("certificate")]
    public string? Certificate { get; set; }

    /// <summary>Its private key, a file or PEM text; empty: in the certificate's file.</summary>
    [ConfigKey("key", IsSecret = true)]
    public string? Key { get; set; }

    /// <summary>What the private key is encrypted with.</summary>
    [ConfigKey("key_passphrase", IsSecret = true)]
    public string? KeyPassphrase { get; set; }

    /// <summary>Files or PEM texts with the authorities of clients' certificates.</summary>
    [ConfigKey("certificate_authorities")]
    public List<string> CertificateAuthorities { get; set; } = [];

    /// <summary>
    /// Whether clients must show a certificate: none, optional, required. Matches Filebeat: required where authorities
    /// are named, else none.
    /// </summary>
    [ConfigKey("client_authentication")]
    public TlsClientAuthentication? ClientAuthentication { get; set; }

    /// <summary>Versions of TLS; empty: 1.2 and 1.3.</summary>
    [ConfigKey("supported_protocols")]
    public List<string> SupportedProtocols { get; set; } = [];

    /// <summary>A server of these settings; null where <see cref="Enabled"/> is false.</summary>
    /// <exception cref="TlsException">Files that were there when this was validated have gone.</exception>
    public TlsServer? CreateServer(TimeProvider time) => Enabled ? new TlsServer(ToOptions(), time) : null;

    /// <summary>The same as options.</summary>
    public TlsServerOptions ToOptions() => new()
    {
        Certificate = Certificate ?? "",
        Key = string.IsNullOrWhiteSpace(Key) ? null : Key,
        KeyPassphrase = KeyPassphrase,
        CertificateAuthorities = CertificateAuthorities,
        ClientAuthentication = ClientAuthentication
            ?? (CertificateAuthorities.Count > 0 ? TlsClientAuthentication.Required : TlsClientAuthentication.None),
        Protocols = TlsProtocols.Parse(SupportedProtocols) ?? TlsProtocols.Default,
    };

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        if (!Enabled)
        {
            return [];
        }

        if (string.IsNullOrWhiteSpace(Certificate))
        {
            return [new ConfigProblem("certificate", "a server that speaks TLS needs its certificate here")];
        }

        return TlsProtocols.Parse(SupportedProtocols) is null
            ? [SslProblems.Protocols]
            : SslProblems.Of(() => new TlsServer(ToOptions(), TimeProvider.System));
    }
}
