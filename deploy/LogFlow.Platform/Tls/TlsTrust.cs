using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>Whom to trust, read from the files: immutable, swapped whole when they change.</summary>
/// <param name="Verification">How much is checked.</param>
/// <param name="Roots">The authorities; null: the system's.</param>
/// <param name="Fingerprint">SHA-256 of a certificate that is an authority where the peer sends it; null: none.</param>
/// <param name="Pins">SHA-256 of public keys, of which the peer's chain must hold one; empty: any.</param>
internal sealed record TlsTrust(
    TlsVerification Verification,
    X509Certificate2Collection? Roots,
    byte[]? Fingerprint,
    IReadOnlyList<byte[]> Pins)
{
    /// <summary>A policy of its own for each use: a chain that is built writes into it. Null: the system's.</summary>
    public X509ChainPolicy? NewPolicy() => Roots is null ? null : PolicyOf(Roots);

    public static X509ChainPolicy PolicyOf(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
