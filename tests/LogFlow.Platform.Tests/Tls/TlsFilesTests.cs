using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

public sealed class TlsFilesTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void File_ThatIsMissing_IsNamedWithItsKey() => Assert.Equal(
        "ssl.certificate_authorities: there is no file /none/ca.crt",
        Refusal(new TlsClientOptions { CertificateAuthorities = ["/none/ca.crt"] }));

    [Fact]
    public void File_WithoutACertificate_IsNamed()
    {
        var file = _authority.PathOf("text");
        File.WriteAllText(file, "nothing of the kind");

        Assert.Contains(
            "text holds no certificate",
            Refusal(new TlsClientOptions { CertificateAuthorities = [file] }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Key_OfAnotherCertificate_IsRefused()
    {
        var (certificate, _) = _authority.Issue("one");
        var (_, key) = _authority.Issue("two");

        Assert.Contains(
            "does not belong to the certificate 'CN=one'",
            Refusal(new TlsClientOptions { Certificate = certificate, Key = key }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Key_ThatIsEncrypted_OpensWithItsPassphraseOnly()
    {
        var (certificate, key) = _authority.Issue("one");
        using var plain = ECDsa.Create();
        plain.ImportFromPem(File.ReadAllText(key));
        File.WriteAllText(key, plain.ExportEncryptedPkcs8PrivateKeyPem(
            "sesame", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        var options = new TlsClientOptions { Certificate = certificate, Key = key };

        Assert.NotNull(new TlsClient(options with { KeyPassphrase = "sesame" }));
        Assert.Contains("give its passphrase in ssl.key_passphrase", Refusal(options), StringComparison.Ordinal);
        Assert.Contains(
            "the passphrase is wrong", Refusal(options with { KeyPassphrase = "other" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Key_InTheCertificatesFile_IsFound()
    {
        var (certificate, key) = _authority.Issue("one");
        var both = _authority.PathOf("both.pem");
        File.WriteAllText(both, File.ReadAllText(key) + File.ReadAllText(certificate));

        Assert.NotNull(new TlsClient(new TlsClientOptions { Certificate = both }));
        Assert.NotNull(new TlsClient(new TlsClientOptions { Certificate = File.ReadAllText(both) }));
    }

    [Fact]
    public void Pkcs12_WithItsPassword_IsTaken()
    {
        var (certificate, key) = _authority.Issue("one");
        using var pair = X509Certificate2.CreateFromPemFile(certificate, key);
        var file = _authority.PathOf("one.p12");
        File.WriteAllBytes(file, pair.Export(X509ContentType.Pkcs12, "sesame"));

        Assert.NotNull(new TlsClient(new TlsClientOptions { Certificate = file, KeyPassphrase = "sesame" }));
        Assert.Contains(
            "ssl.key_passphrase is wrong",
            Refusal(new TlsClientOptions { Certificate = file, KeyPassphrase = "other" }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void JavaKeystore_IsRefusedWithTheCommandThatConvertsIt()
    {
        var file = _authority.PathOf("old.jks");
        File.WriteAllBytes(file, [0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2]);

        Assert.Contains(
            "keytool -importkeystore",
            Refusal(new TlsClientOptions { CertificateAuthorities = [file] }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Key_WithTheOldEncryption_IsRefusedWithTheCommandThatConvertsIt()
    {
        var (certificate, key) = _authority.Issue("one");
        File.WriteAllText(
            key, "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n");

        Assert.Contains(
            "openssl pkcs8 -topk8",
            Refusal(new TlsClientOptions { Certificate = certificate, Key = key, KeyPassphrase = "x" }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12:34")]
    [InlineData("no hexadecimal")]
    public void Fingerprint_ThatIsNone_IsRefused(string fingerprint) => Assert.Contains(
        "ssl.ca_trusted_fingerprint",
        Refusal(new TlsClientOptions { CaTrustedFingerprint = fingerprint }),
        StringComparison.Ordinal);

    [Fact]
    public void Authority_TakenUpAgain_IssuesWhatItsCertificateTrusts()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var made = CertificateAuthority.Create("fleet", now, TimeSpan.FromDays(10));
        using var again = CertificateAuthority.Load(made.CertificatePem, made.KeyPem);
        var issued = again.Issue("queue", ["queue.example", "10.1.2.3"], now, now.AddDays(100));
        using var certificate = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(made.CertificatePem);

        Assert.True(chain.Build(certificate));
        Assert.True(certificate.MatchesHostname("queue.example", allowCommonName: false));
        Assert.True(certificate.NotAfter.ToUniversalTime() <= now.AddDays(10).UtcDateTime);
        Assert.Throws<TlsException>(() => CertificateAuthority.Load(made.CertificatePem, issued.KeyPem));
    }

    private static string Refusal(TlsClientOptions options) =>
        Assert.Throws<TlsException>(() => new TlsClient(options)).Message;
}
