using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Decides whether a server's certificate is trusted: by the system, by a PEM file of authorities, or because its
/// chain contains a certificate with a given SHA-256. Host names are checked in every mode but "none".
/// </summary>
internal sealed class CertificateCheck
{
    private readonly bool _verify;
    private readonly X509Certificate2Collection? _authorities;
    private readonly byte[]? _fingerprint;

    public CertificateCheck(ElasticsearchOptions options)
    {
        _verify = options.VerifyCertificates;
        if (options.CertificateAuthorities is { Length: > 0 } path)
        {
            _authorities = [];
            _authorities.ImportFromPemFile(path);
        }

        if (options.CaTrustedFingerprint is { Length: > 0 } hex)
        {
            _fingerprint = Convert.FromHexString(hex.Replace(":", string.Empty, StringComparison.Ordinal));
        }
    }

    /// <summary>Nothing but the system's own check is asked for.</summary>
    public bool IsDefault => _verify && _authorities is null && _fingerprint is null;

    public bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!_verify || errors == SslPolicyErrors.None)
        {
            return true;
        }

        // A wrong name or no certificate at all is not mended by trusting an authority.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null || chain is null)
        {
            return false;
        }

        var leaf = certificate as X509Certificate2 ?? new X509Certificate2(certificate);
        var roots = new X509Certificate2Collection();
        if (_authorities is not null)
        {
            roots.AddRange(_authorities);
        }

        if (_fingerprint is not null)
        {
            foreach (var element in chain.ChainElements)
            {
                if (SHA256.HashData(element.Certificate.RawData).AsSpan().SequenceEqual(_fingerprint))
                {
                    roots.Add(element.Certificate);
                }
            }
        }

        if (roots.Count == 0)
        {
            return false;
        }

        using var custom = new X509Chain();
        custom.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        custom.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        custom.ChainPolicy.CustomTrustStore.AddRange(roots);
        foreach (var element in chain.ChainElements)
        {
            custom.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return custom.Build(leaf);
    }
}
