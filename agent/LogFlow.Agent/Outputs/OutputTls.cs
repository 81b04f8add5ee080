using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LogFlow.Bulk;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Makes of an output's <c>ssl</c> what a connection needs.</summary>
internal static class OutputTls
{
    private const string PemBegin = "-----BEGIN";

    /// <summary>Fills the options of a connection.</summary>
    /// <param name="tls">The options.</param>
    /// <param name="config">As written.</param>
    /// <param name="output">The output's key, for messages.</param>
    /// <exception cref="StartupException">A certificate or key cannot be read.</exception>
    public static void Apply(SslClientAuthenticationOptions tls, OutputTlsConfig config, string output)
    {
        try
        {
            ServerTrust.Apply(tls, new ServerTrustOptions
            {
                VerifyCertificates = config.VerificationMode != "none",
                VerifyNames = config.VerificationMode != "certificate",
                CertificateAuthorities = config.CertificateAuthorities,
                CaTrustedFingerprint = config.CaTrustedFingerprint,
            });
            if (config.Certificate.Length > 0)
            {
                tls.ClientCertificates = [Load(config)];
            }
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException
            or FormatException or ArgumentException)
        {
            throw new StartupException($"{output}.ssl: {error.Message}");
        }

        tls.EnabledSslProtocols = config.SupportedProtocols.Aggregate(
            SslProtocols.None, static (all, version) => all | Version(version));
    }

    private static X509Certificate2 Load(OutputTlsConfig config)
    {
        var certificate = Text(config.Certificate);
        var key = Text(config.Key);
        using var loaded = config.KeyPassphrase.Length > 0
            ? X509Certificate2.CreateFromEncryptedPem(certificate, key, config.KeyPassphrase)
            : X509Certificate2.CreateFromPem(certificate, key);

        // A key that came from text alone is not found by every platform's TLS.
        return X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pkcs12), password: null);
    }

    private static string Text(string fileOrPem) =>
        fileOrPem.Contains(PemBegin, StringComparison.Ordinal) ? fileOrPem : File.ReadAllText(fileOrPem);

    private static SslProtocols Version(string name) => name switch
    {
        "TLSv1.3" => SslProtocols.Tls13,
        "TLSv1.2" => SslProtocols.Tls12,
#pragma warning disable CA5397, SYSLIB0039 // Old servers exist; somebody wrote the version down.
        "TLSv1.1" => SslProtocols.Tls11,
        _ => SslProtocols.Tls,
#pragma warning restore CA5397, SYSLIB0039
    };
}
