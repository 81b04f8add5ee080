using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>
/// Judges the certificate that a peer shows in one handshake, and keeps in one sentence why it was refused: the
/// platform's own words are "the remote certificate is invalid".
/// </summary>
/// <param name="trust">Whom to trust.</param>
/// <param name="host">The name that a server's certificate must be for; null: the peer is a client.</param>
/// <param name="isRequired">Whether the peer has to show one.</param>
/// <param name="names">What the configuration calls things.</param>
internal sealed class PeerCheck(TlsTrust trust, string? host, bool isRequired, TlsKeyNames names)
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>Why the peer was refused; null where it was not, or was not judged.</summary>
    public string? Refusal { get; private set; }

    private string Whose => host is null ? "the client's certificate" : "the server's certificate";

    /// <summary>The platform's callback: whether to go on with this peer.</summary>
    public bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = certificate is null
            ? isRequired && trust.Verification != TlsVerification.None ? "the peer sent no certificate" : null
            : trust.Verification == TlsVerification.None ? null
            : Judge(certificate as X509Certificate2 ?? new X509Certificate2(certificate), chain, errors);
        return Refusal is null;
    }

    private string? Judge(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        using var other = new X509Chain();
        var built = chain;
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            if (chain is null || !TrustsFingerprint(leaf, chain, other))
            {
                return DescribeChain(leaf, chain);
            }

            built = other;
        }

        if (host is not null && trust.Verification is TlsVerification.Full or TlsVerification.Strict
            && !IsForHost(leaf, errors))
        {
            return $"{Whose} is for {NamesOf(leaf)}, not for '{host}'; connect by one of its names, or set "
                + $"{names.Verification} to certificate";
        }

        return trust.Pins.Count == 0 || (built is not null && HoldsPin(built))
            ? null
            : $"no certificate of the chain of {Describe(leaf)} has a public key of {names.Pins}";
    }

    private bool IsForHost(X509Certificate2 leaf, SslPolicyErrors errors) =>
        (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0
        && (trust.Verification != TlsVerification.Strict || leaf.MatchesHostname(host!, allowCommonName: false));

    /// <summary>Builds the chain again with the certificate of the configured fingerprint as its root.</summary>
    private bool TrustsFingerprint(X509Certificate2 leaf, X509Chain chain, X509Chain other)
    {
        if (trust.Fingerprint is null)
        {
            return false;
        }

        var roots = new X509Certificate2Collection();
        var others = new X509Certificate2Collection();
        foreach (var known in chain.ChainElements.Select(static element => element.Certificate)
            .Concat(chain.ChainPolicy.ExtraStore))
        {
            (IsTrusted(known) ? roots : others).Add(known);
        }

        if (roots.Count == 0)
        {
            return false;
        }

        other.ChainPolicy = TlsTrust.PolicyOf(roots);
        other.ChainPolicy.ExtraStore.AddRange(others);
        return other.Build(leaf);
    }

    private bool IsTrusted(X509Certificate2 certificate) =>
        SHA256.HashData(certificate.RawDataMemory.Span).AsSpan().SequenceEqual(trust.Fingerprint);

    private bool HoldsPin(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
        {
            var hash = SHA256.HashData(element.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
            if (trust.Pins.Any(pin => hash.AsSpan().SequenceEqual(pin)))
            {
                return true;
            }
        }

        return false;
    }

    private string DescribeChain(X509Certificate2 leaf, X509Chain? chain)
    {
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            if (element.ChainElementStatus.Any(static status => status.Status == X509ChainStatusFlags.NotTimeValid))
            {
                return DescribeDates(element.Certificate, leaf);
            }
        }

        var flags = chain?.ChainStatus.Aggregate(
            X509ChainStatusFlags.NoError, static (all, status) => all | status.Status) ?? default;
        if ((flags & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0)
        {
            return DescribeUntrusted(leaf);
        }

        if ((flags & X509ChainStatusFlags.NotValidForUsage) != 0)
        {
            return $"{Describe(leaf)} is not made for this use (its extended key usage lacks "
                + $"{(host is null ? "client" : "server")} authentication)";
        }

        var said = chain?.ChainStatus.Select(static status => status.StatusInformation.TrimEnd('.', ' ', '\n'));
        return $"{Describe(leaf)} is not trusted: {string.Join("; ", said ?? [])}";
    }

    private string DescribeUntrusted(X509Certificate2 leaf)
    {
        var who = leaf.Subject == leaf.Issuer ? "signed by itself" : $"signed by '{leaf.Issuer}'";
        var trusted = trust.Roots is null
            ? "which this system does not trust"
            : $"which is not among {names.Authorities}";
        var remedy = trust.Roots is null
            ? $"name that authority's certificate in {names.Authorities}"
            : "name the authority that signed it there";
        return $"{Whose} is {who}, {trusted}; {remedy}";
    }

    private string DescribeDates(X509Certificate2 certificate, X509Certificate2 leaf)
    {
        var subject = certificate.Equals(leaf)
            ? Describe(leaf)
            : $"the authority '{certificate.Subject}' of {Describe(leaf)}";
        var notAfter = certificate.NotAfter.ToUniversalTime();
        var notBefore = certificate.NotBefore.ToUniversalTime();
        return TimeProvider.System.GetUtcNow().UtcDateTime > notAfter
            ? $"{subject} expired on {notAfter:yyyy-MM-dd HH:mm}Z; renew it, or look at this machine's clock"
            : $"{subject} is valid from {notBefore:yyyy-MM-dd HH:mm}Z only; look at this machine's clock";
    }

    private string Describe(X509Certificate2 leaf) => $"{Whose} ('{leaf.Subject}')";

    private static string NamesOf(X509Certificate2 leaf)
    {
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static extension => extension.EnumerateDnsNames()
                .Concat(extension.EnumerateIPAddresses().Select(static address => address.ToString())))
            .ToArray();
        return names.Length > 0 ? string.Join(", ", names.Select(static name => $"'{name}'"))
            : leaf.Extensions.Any(static extension => extension.Oid?.Value == SubjectAlternativeName)
                ? "no host" : $"'{leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}'";
    }
}
