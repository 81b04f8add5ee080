using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>An output's <c>ssl</c>, with Filebeat's keys and defaults.</summary>
[UnsupportedKeys("cipher_suites", "curve_types", "renegotiation", "ca_sha256")]
public sealed class OutputTlsConfig : IValidatedConfig
{
    private static readonly string[] Modes = ["full", "strict", "certificate", "none"];
    private static readonly string[] Protocols = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3", "TLSv1"];

    /// <summary>Whether TLS is used; true where the section stands.</summary>
    [ConfigKey("enabled")]
    public bool Enabled { get; set; } = true;

    /// <summary>Authorities to trust instead of the system's: PEM files, or PEM text.</summary>
    [ConfigKey("certificate_authorities")]
    public List<string> CertificateAuthorities { get; set; } = [];

    /// <summary>SHA-256 (hex) of a certificate of the server's chain that is trusted.</summary>
    [ConfigKey("ca_trusted_fingerprint")]
    public string CaTrustedFingerprint { get; set; } = "";

    /// <summary>This client's certificate: a PEM file, or PEM text.</summary>
    [ConfigKey("certificate")]
    public string Certificate { get; set; } = "";

    /// <summary>The certificate's key: a PEM file, or PEM text.</summary>
    [ConfigKey("key", IsSecret = true)]
    public string Key { get; set; } = "";

    /// <summary>The passphrase of an encrypted key.</summary>
    [ConfigKey("key_passphrase", IsSecret = true)]
    public string KeyPassphrase { get; set; } = "";

    /// <summary>
    /// full: chain and name; strict: the same, the name not from the common name; certificate: the chain alone; none.
    /// </summary>
    [ConfigKey("verification_mode")]
    public string VerificationMode { get; set; } = "full";

    /// <summary>Versions that may be used; none: what the system allows.</summary>
    [ConfigKey("supported_protocols")]
    public List<string> SupportedProtocols { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        if (!Modes.Contains(VerificationMode))
        {
            problems.Add(new ConfigProblem(
                "verification_mode", $"'{VerificationMode}' is none of {string.Join(", ", Modes)}"));
        }

        if (Certificate.Length > 0 != Key.Length > 0)
        {
            problems.Add(new ConfigProblem("certificate", "certificate and key belong together"));
        }

        foreach (var version in SupportedProtocols.Where(version => !Protocols.Contains(version)))
        {
            problems.Add(new ConfigProblem(
                "supported_protocols", $"'{version}' is none of {string.Join(", ", Protocols)}"));
        }

        return problems;
    }
}
