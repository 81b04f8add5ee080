using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

public sealed class KafkaSecurityConfigTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Login_WithoutAMechanism_IsPlainAsInFilebeat()
    {
        var config = new KafkaOutputConfig
        {
            Username = "agent",
            Password = "secret",
            Ssl = new LogFlow.Hosting.SslConfig { CertificateAuthorities = [_authority.CaFile] },
        };
        var security = config.CreateSecurity();

        Assert.Empty(config.Validate());
        Assert.Equal("PLAIN", security.Login!.Mechanism.Name);
        Assert.NotNull(security.Tls);
        Assert.DoesNotContain("secret", security.Login.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent", null, null, "password")]
    [InlineData(null, "secret", null, "username")]
    [InlineData("agent", "secret", "GSSAPI", "sasl.mechanism")]
    public void Login_ThatIsIncomplete_IsAProblemOfItsKey(
        string? user, string? password, string? mechanism, string key)
    {
        var config = new KafkaOutputConfig { Username = user, Password = password, SaslMechanism = mechanism };

        Assert.Equal(key, Assert.Single(config.Validate()).Key);
    }
}
