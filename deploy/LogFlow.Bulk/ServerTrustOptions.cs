namespace LogFlow.Bulk;

/// <summary>Which certificates of a server are accepted.</summary>
public sealed record ServerTrustOptions
{
    /// <summary>False: any certificate is.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>False: the chain counts, but not the name (Filebeat <c>verification_mode: certificate</c>).</summary>
    public bool VerifyNames { get; init; } = true;

    /// <summary>Authorities to trust instead of the system's: PEM files, or PEM text itself.</summary>
    public IReadOnlyList<string> CertificateAuthorities { get; init; } = [];

    /// <summary>SHA-256 (hex) of a certificate of the server's chain that is trusted.</summary>
    public string? CaTrustedFingerprint { get; init; }
}
