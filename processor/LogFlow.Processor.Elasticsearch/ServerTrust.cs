using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Which servers are trusted: those the system trusts, those of the given authorities instead, and those whose chain
/// holds a certificate with the given SHA-256. Host names are checked in every mode but "none"; that is why Elastic's
/// own fingerprint check is not used: it takes any name.
/// </summary>
internal static class ServerTrust
{
    public static void Apply(SslClientAuthenticationOptions tls, ElasticsearchOptions options)
    {
        if (!options.VerifyCertificates)
        {
#pragma warning disable CA5359 // Told to by ssl_verification_mode => none, which warns at the start.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return;
        }

        if (options.CertificateAuthorities.Count > 0)
        {
            tls.CertificateChainPolicy = PolicyOf(ReadAuthorities(options.CertificateAuthorities));
        }

        if (options.CaTrustedFingerprint is { Length: > 0 } hex)
        {
            var fingerprint = Convert.FromHexString(hex.Replace(":", string.Empty, StringComparison.Ordinal));
            tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None
                || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 leaf
                    && chain is not null && HasFingerprint(leaf, chain, fingerprint));
        }
    }

    private static X509Certificate2Collection ReadAuthorities(IReadOnlyList<string> files)
    {
        var authorities = new X509Certificate2Collection();
        foreach (var file in files)
        {
            authorities.ImportFromPemFile(file);
        }

        return authorities;
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
