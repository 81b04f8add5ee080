using LogFlow.Platform;
using LogFlow.Testing;

namespace LogFlow.Hosting.Tests;

public sealed class SslConfigTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Keys_OfFilebeat_AreRead()
    {
        var (certificate, key) = _authority.Issue("agent");
        var config = new SslConfig
        {
            CertificateAuthorities = [_authority.CaFile],
            Certificate = certificate,
            Key = key,
            VerificationMode = TlsVerification.Certificate,
            SupportedProtocols = ["TLSv1.3"],
        };

        Assert.Empty(config.Validate());
        Assert.NotNull(config.CreateClient());
        Assert.Equal(System.Security.Authentication.SslProtocols.Tls13, config.ToOptions().Protocols);
        config.Enabled = false;
        Assert.Null(config.CreateClient());
    }

    [Fact]
    public void File_ThatIsMissing_IsAProblemOfItsKey() => Assert.Equal(
        new ConfigProblem("certificate_authorities", "there is no file /none/ca.crt"),
        Assert.Single(new SslConfig { CertificateAuthorities = ["/none/ca.crt"] }.Validate()));

    /// <summary>As a variable without value leaves it.</summary>
    [Fact]
    public void Authority_ThatIsEmpty_IsAProblemOfItsKey() => Assert.Equal(
        new ConfigProblem("certificate_authorities", "an entry is empty: name a file, or remove it"),
        Assert.Single(new SslConfig { CertificateAuthorities = [""] }.Validate()));

    [Theory]
    [InlineData("TLSv1.1")]
    [InlineData("SSLv3")]
    public void Version_ThatIsBroken_IsNotTaken(string version) => Assert.Equal(
        "supported_protocols", Assert.Single(new SslConfig { SupportedProtocols = [version] }.Validate()).Key);

    [Fact]
    public void Disabled_NeedsNoFiles() =>
        Assert.Empty(new SslConfig { Enabled = false, CertificateAuthorities = ["/none"] }.Validate());

    [Fact]
    public void Server_WithAuthorities_RequiresClientCertificates()
    {
        var (certificate, key) = _authority.Issue("server", "localhost");
        var config = new SslServerConfig { Certificate = certificate, Key = key };

        Assert.Equal(TlsClientAuthentication.None, config.ToOptions().ClientAuthentication);
        config.CertificateAuthorities = [_authority.CaFile];
        Assert.Equal(TlsClientAuthentication.Required, config.ToOptions().ClientAuthentication);
        Assert.Empty(config.Validate());
        Assert.NotNull(config.CreateServer(TimeProvider.System));
    }

    [Fact]
    public void Server_WithoutACertificate_IsAProblem() =>
        Assert.Equal("certificate", Assert.Single(new SslServerConfig().Validate()).Key);
}
