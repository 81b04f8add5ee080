using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Bulk;

/// <summary>
/// Which servers are trusted: those the system trusts, those of the given authorities instead, and those whose chain
/// holds a certificate with the given SHA-256. Host names are checked unless that is turned off by itself; that is why
/// Elastic's own fingerprint check is not used: it takes any name.
/// </summary>
public static class ServerTrust
{
    private const string PemBegin = "-----BEGIN";

    /// <summary>Puts the rules into the options of a connection.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">An authority is no PEM.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static void Apply(SslClientAuthenticationOptions tls, ServerTrustOptions options)
    {
        if (!options.VerifyCertificates)
        {
#pragma warning disable CA5359 // Told to by the configuration, which warns at the start.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return;
        }

        if (options.CertificateAuthorities.Count > 0)
        {
            tls.CertificateChainPolicy = PolicyOf(ReadAuthorities(options.CertificateAuthorities));
        }

        var fingerprint = options.CaTrustedFingerprint is { Length: > 0 } hex
            ? Convert.FromHexString(hex.Replace(":", string.Empty, StringComparison.Ordinal))
            : null;
        if (fingerprint is null && options.VerifyNames)
        {
            return;
        }

        var ignored = options.VerifyNames ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateNameMismatch;
        tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            (errors & ~ignored) == SslPolicyErrors.None
            || ((errors & ~ignored) == SslPolicyErrors.RemoteCertificateChainErrors && fingerprint is not null
                && certificate is X509Certificate2 leaf && chain is not null
                && HasFingerprint(leaf, chain, fingerprint));
    }

    private static X509Certificate2Collection ReadAuthorities(IReadOnlyList<string> authorities)
    {
        var read = new X509Certificate2Collection();
        foreach (var authority in authorities)
        {
            if (authority.Contains(PemBegin, StringComparison.Ordinal))
            {
                read.ImportFromPem(authority);
            }
            else
            {
                read.ImportFromPemFile(authority);
            }
        }

        return read;
    }

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    /// <summary>Builds the chain again with the certificate of that fingerprint as its root.</summary>
    private static bool HasFingerprint(X509Certificate2 leaf, X509Chain chain, byte[] fingerprint)
    {
        var roots = new X509Certificate2Collection();
        var others = new X509Certificate2Collection();
        foreach (var element in chain.ChainElements)
        {
            var isIt = SHA256.HashData(element.Certificate.RawData).AsSpan().SequenceEqual(fingerprint);
            (isIt ? roots : others).Add(element.Certificate);
        }

        if (roots.Count == 0)
        {
            return false;
        }

        using var custom = new X509Chain { ChainPolicy = PolicyOf(roots) };
        custom.ChainPolicy.ExtraStore.AddRange(others);
        return custom.Build(leaf);
    }
}
