namespace LogFlow.Queue.Tests;

/// <summary>A queue with a listener in clear and one of each other kind, certificates of its own, and a user.</summary>
internal sealed class SecureQueue : IAsyncDisposable
{
    public const string User = "alice";
    public const string Password = "alice-secret";

    private readonly TempDirectory _directory = new();

    private SecureQueue()
    {
    }

    public TestAuthority Authority { get; } = new();

    public TestQueue Queue { get; private set; } = null!;

    public static async Task<SecureQueue> StartAsync(Action<QueueConfig>? configure = null)
    {
        var secure = new SecureQueue();
        var (certificate, key) = secure.Authority.Issue("queue", "localhost", "127.0.0.1");
        secure.Queue = await TestQueue.StartAsync(secure._directory, config =>
        {
            config.Listeners =
            [
                "PLAINTEXT://127.0.0.1:0", "SSL://127.0.0.1:0", "SASL_SSL://127.0.0.1:0", "MUTUAL://127.0.0.1:0",
                "SASL_PLAINTEXT://127.0.0.1:0",
            ];
            config.ListenerSecurityProtocolMap = ["MUTUAL:SSL"];
            config.ListenerName["mutual.ssl.client.auth"] = "required";
            config.SslKeystoreCertificateChain = certificate;
            config.SslKeystoreKey = key;
            config.SslTruststoreLocation = secure.Authority.CaFile;
            config.SaslEnabledMechanisms = ["PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"];
            config.SaslInitialUsers = [$"{User}:{Password}"];
            configure?.Invoke(config);
        });
        return secure;
    }

    /// <summary>host:port of a listener.</summary>
    public string Address(string listener) => $"127.0.0.1:{Queue.Service.PortOf(listener)}";

    /// <summary>A file for <c>--command-config</c> of Kafka's tools.</summary>
    public string JavaConfig(string protocol, string mechanism, string password = Password)
    {
        var module = mechanism == "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
        var file = _directory.File($"{protocol}-{mechanism}-{password.Length}.properties");
        File.WriteAllLines(file,
        [
            $"security.protocol={protocol}",
            "ssl.truststore.type=PEM",
            $"ssl.truststore.location={Authority.CaFile}",
            $"sasl.mechanism={mechanism}",
            $"sasl.jaas.config=org.apache.kafka.common.security.{module} required username=\"{User}\" "
                + $"password=\"{password}\";",
        ]);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        Authority.Dispose();
        _directory.Dispose();
    }
}
