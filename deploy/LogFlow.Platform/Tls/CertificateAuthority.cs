using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>
/// An authority for a small fleet: makes itself, and certificates for servers and clients. Keys are of NIST P-256,
/// which every TLS of today speaks.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private const int SerialBytes = 16;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>So that a certificate is valid on machines whose clock is a little behind.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>The authority's certificate, to be given to all who shall trust it.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>The authority's private key: whoever has it is believed by all who trust the authority.</summary>
    public string KeyPem
    {
        get
        {
            using var key = _certificate.GetECDsaPrivateKey();
            return key!.ExportPkcs8PrivateKeyPem() + "\n";
        }
    }

    /// <summary>SHA-256 of the certificate in hexadecimal, as <c>ca_trusted_fingerprint</c> takes it.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(_certificate.RawDataMemory.Span));

    /// <summary>Makes a new one.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="now">The present.</param>
    /// <param name="validity">For how long it is valid.</param>
    public static CertificateAuthority Create(string name, DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Named(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return new CertificateAuthority(request.CreateSelfSigned(now - ClockTolerance, now + validity));
    }

    /// <summary>Takes up one that was made before.</summary>
    /// <exception cref="TlsException">The texts are no certificate of an authority with its key.</exception>
    public static CertificateAuthority Load(string certificatePem, string keyPem)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            if (certificate.GetECDsaPrivateKey() is not null)
            {
                return new CertificateAuthority(certificate);
            }

            certificate.Dispose();
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new TlsException($"not an authority's certificate with its key: {error.Message.TrimEnd('.')}", error);
        }

        throw new TlsException("not an authority that 'certs' made: its key is not an elliptic curve's");
    }

    /// <summary>Makes a certificate that serves as a server's and as a client's.</summary>
    /// <param name="name">Its common name; a client is known by it.</param>
    /// <param name="hosts">Names and addresses that a server of this certificate may be reached by.</param>
    /// <param name="from">The begin of its validity.</param>
    /// <param name="until">The end, at most the authority's own.</param>
    public IssuedCertificate Issue(string name, IReadOnlyList<string> hosts, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Named(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            _certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (hosts.Count > 0)
        {
            request.CertificateExtensions.Add(AlternativeNames(hosts));
        }

        var end = new DateTimeOffset(_certificate.NotAfter.ToUniversalTime());
        var begin = new DateTimeOffset(_certificate.NotBefore.ToUniversalTime());
        using var issued = request.Create(
            _certificate,
            from - ClockTolerance < begin ? begin : from - ClockTolerance,
            until > end ? end : until,
            RandomNumberGenerator.GetBytes(SerialBytes));
        return new IssuedCertificate(issued.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private static X500DistinguishedName Named(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }
}
