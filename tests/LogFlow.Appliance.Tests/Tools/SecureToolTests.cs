using LogFlow.Queue;
using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary>Our client, by way of the tools, over TLS and SASL: to our queue, and to a real Kafka.</summary>
public sealed class SecureToolTests : IAsyncLifetime, IDisposable
{
    private const string Password = "alice-secret";

    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("a stranger");
    private RunningQueue? _queue;

    public async Task InitializeAsync()
    {
        var (certificate, key) = _authority.Issue("queue", "localhost", "127.0.0.1");
        var (old, oldKey) = _authority.IssueExpired("old-queue", "localhost", "127.0.0.1");
        _queue = await RunningQueue.StartAsync(new QueueConfig
        {
            Listeners = ["SASL_SSL://127.0.0.1:0", "SSL://127.0.0.1:0", "OLD://127.0.0.1:0"],
            ListenerSecurityProtocolMap = ["OLD:SSL"],
            ListenerName = new()
            {
                ["ssl.ssl.client.auth"] = "required",
                ["old.ssl.keystore.certificate.chain"] = old,
                ["old.ssl.keystore.key"] = oldKey,
            },
            SslKeystoreCertificateChain = certificate,
            SslKeystoreKey = key,
            SslTruststoreLocation = _authority.CaFile,
            SaslEnabledMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
            SaslInitialUsers = [$"alice:{Password}"],
            LogDir = _folder.File("queue"),
            HttpPort = -1,
        });
    }

    public async Task DisposeAsync() => await _queue!.DisposeAsync();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task Records_OverTlsWithALogin_ComeBack(string mechanism)
    {
        var config = Write("SASL_SSL", _authority.CaFile, $"sasl.mechanism={mechanism}", Jaas("alice", Password));

        await To("SASL_SSL", config).OutputOfAsync("topics", "create", "weblogs", "--partitions", "2");

        Assert.Contains(
            "weblogs", await To("SASL_SSL", config).OutputOfAsync("topics", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_OfOurs_LetsUsIn()
    {
        var (certificate, key) = _authority.Issue("agent");
        var both = _authority.PathOf("agent.pem");
        await File.WriteAllTextAsync(both, await File.ReadAllTextAsync(key) + await File.ReadAllTextAsync(certificate));

        await To("SSL", Write("SSL", _authority.CaFile, $"ssl.keystore.location={both}"))
            .OutputOfAsync("topics", "list");

        // The server says so, or what it says is lost with the connection: with TLS 1.3 we speak before it has judged.
        await FailsAsync("SSL", Write("SSL", _authority.CaFile), "certificate of ours");
    }

    [Fact]
    public Task Password_ThatIsWrong_IsOneClearLine() => FailsAsync(
        "SASL_SSL",
        Write("SASL_SSL", _authority.CaFile, "sasl.mechanism=PLAIN", "sasl.username=alice", "sasl.password=guess"),
        "the broker refuses the login of user 'alice' (PLAIN): Authentication failed: Invalid username or password; "
            + "see sasl.username and sasl.password");

    [Fact]
    public Task Authority_ThatIsWrong_IsOneClearLine() => FailsAsync(
        "SASL_SSL",
        Write("SASL_SSL", _stranger.CaFile, "sasl.mechanism=PLAIN", Jaas("alice", Password)),
        "signed by 'CN=LogFlow test CA', which is not among ssl.truststore.location");

    [Fact]
    public Task Certificate_ThatExpired_IsOneClearLine() =>
        FailsAsync("OLD", Write("SSL", _authority.CaFile), "('CN=old-queue') expired on");

    [Fact]
    public async Task Setting_ThatIsWrong_IsNamed()
    {
        var run = await To("SSL", Write("KERBEROS", _authority.CaFile)).RunAsync("topics", "list");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("security.protocol: takes PLAINTEXT, SSL", run.Notes, StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task RealKafka_WithSaslSsl_IsSpokenTo()
    {
        const string login = "listener.name.sasl_ssl";
        const string module = "sasl.jaas.config=org.apache.kafka.common.security";
        var (certificate, key) = _authority.Issue("kafka", "localhost", "127.0.0.1");
        var both = _authority.PathOf("kafka.pem");
        await File.WriteAllTextAsync(both, await File.ReadAllTextAsync(key) + await File.ReadAllTextAsync(certificate));
        var port = FreePort.Next(1);
        await using var kafka = await RealServer.StartKafkaWithListenerAsync(
            _folder.File("kafka"),
            "SASL_SSL",
            port,
            [
                "ssl.keystore.type=PEM",
                $"ssl.keystore.location={both}",
                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512",
                $"{login}.plain.{module}.plain.PlainLoginModule required user_alice=\"{Password}\";",
                $"{login}.scram-sha-512.{module}.scram.ScramLoginModule required;",
            ]);
        await using (var added = await RealServer.RunKafkaToolAsync(
            "configs", "--bootstrap-server", kafka.Address, "--alter", "--entity-type", "users", "--entity-name",
            "alice", "--add-config", $"SCRAM-SHA-512=[password={Password}]"))
        {
            Assert.True(added.ExitCode == 0, added.Output);
        }

        foreach (var mechanism in new[] { "PLAIN", "SCRAM-SHA-512" })
        {
            var config = Write("SASL_SSL", _authority.CaFile, $"sasl.mechanism={mechanism}", Jaas("alice", Password));
            await new Toolbox($"127.0.0.1:{port}", config).OutputOfAsync("topics", "create", mechanism);
        }

        var wrong = Write("SASL_SSL", _authority.CaFile, "sasl.mechanism=SCRAM-SHA-512", Jaas("alice", "guess"));
        var run = await new Toolbox($"127.0.0.1:{port}", wrong).RunAsync("topics", "list");
        Assert.Contains("refuses the login of user 'alice' (SCRAM-SHA-512)", run.Notes, StringComparison.Ordinal);
    }

    private static string Jaas(string user, string password) =>
        "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        + $"username=\"{user}\" password=\"{password}\";";

    private Toolbox To(string listener, string config) => new($"127.0.0.1:{_queue!.PortOf(listener)}", config);

    private async Task FailsAsync(string listener, string config, string expected)
    {
        var run = await To(listener, config).RunAsync("topics", "list");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(expected, run.Notes, StringComparison.Ordinal);
        Assert.Single(run.Notes.TrimEnd().Split('\n'));
        Assert.DoesNotContain(Password, run.Notes, StringComparison.Ordinal);
    }

    private string Write(string protocol, string authority, params string[] more)
    {
        var file = _folder.File($"{Guid.NewGuid():N}.properties");
        File.WriteAllLines(file, [$"security.protocol={protocol}", $"ssl.truststore.location={authority}", .. more]);
        return file;
    }
}
