using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>A certificate with its private key, and those between it and its authority.</summary>
internal sealed class TlsIdentity(X509Certificate2 certificate, X509Certificate2Collection intermediates)
{
    /// <summary>What the handshake takes. Offline: the chain is as configured, nothing is fetched.</summary>
    public SslStreamCertificateContext Context { get; } =
        SslStreamCertificateContext.Create(certificate, intermediates, offline: true);

    public X509Certificate2 Certificate => certificate;
}
