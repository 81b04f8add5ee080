using LogFlow.Hosting;

namespace LogFlow.Queue;

/// <content>Who may connect, and how what passes is protected: Kafka's keys.</content>
public partial class QueueConfig
{
    /// <summary>Which security protocol a listener's name stands for: <c>INTERNAL:PLAINTEXT,EXTERNAL:SASL_SSL</c>.
    /// </summary>
    [ConfigKey("listener.security.protocol.map")]
    public List<string> ListenerSecurityProtocolMap { get; set; } = [];

    /// <summary>
    /// Settings of one listener: <c>listener.name.external.ssl.client.auth</c>, the name in small letters. They win
    /// over the same key without the prefix.
    /// </summary>
    [ConfigKey("listener.name")]
    public Dictionary<string, string> ListenerName { get; set; } = [];

    /// <summary>PEM or PKCS12; empty: seen from the file. JKS is Java's own and not read.</summary>
    [ConfigKey("ssl.keystore.type")]
    public string? SslKeystoreType { get; set; }

    /// <summary>The file with the queue's certificate, its chain and its key (PEM or PKCS#12).</summary>
    [ConfigKey("ssl.keystore.location")]
    public string? SslKeystoreLocation { get; set; }

    /// <summary>What opens a PKCS#12 file.</summary>
    [ConfigKey("ssl.keystore.password", IsSecret = true)]
    public string? SslKeystorePassword { get; set; }

    /// <summary>The private key as PEM text, where no file is named. Ours: the name of a file is taken, too.</summary>
    [ConfigKey("ssl.keystore.key", IsSecret = true)]
    public string? SslKeystoreKey { get; set; }

    /// <summary>Certificate and chain as PEM text, where no file is named. Ours: a file's name is taken, too.</summary>
    [ConfigKey("ssl.keystore.certificate.chain")]
    public string? SslKeystoreCertificateChain { get; set; }

    /// <summary>What a PEM key is encrypted with.</summary>
    [ConfigKey("ssl.key.password", IsSecret = true)]
    public string? SslKeyPassword { get; set; }

    /// <summary>PEM or PKCS12; empty: seen from the file.</summary>
    [ConfigKey("ssl.truststore.type")]
    public string? SslTruststoreType { get; set; }

    /// <summary>The file with the authorities of clients' certificates (PEM or PKCS#12).</summary>
    [ConfigKey("ssl.truststore.location")]
    public string? SslTruststoreLocation { get; set; }

    /// <summary>What opens a PKCS#12 file.</summary>
    [ConfigKey("ssl.truststore.password", IsSecret = true)]
    public string? SslTruststorePassword { get; set; }

    /// <summary>The authorities as PEM text, where no file is named.</summary>
    [ConfigKey("ssl.truststore.certificates")]
    public string? SslTruststoreCertificates { get; set; }

    /// <summary>Whether clients show a certificate: none, requested, required.</summary>
    [ConfigKey("ssl.client.auth")]
    public string SslClientAuth { get; set; } = "none";

    /// <summary>Versions of TLS.</summary>
    [ConfigKey("ssl.enabled.protocols")]
    public List<string> SslEnabledProtocols { get; set; } = ["TLSv1.2", "TLSv1.3"];

    /// <summary>
    /// How clients of SASL listeners may log in. Ours: SCRAM (Kafka: GSSAPI, which is not spoken here). PLAIN shows the
    /// password to whoever reads the line: with SASL_SSL only.
    /// </summary>
    [ConfigKey("sasl.enabled.mechanisms")]
    public List<string> SaslEnabledMechanisms { get; set; } = ["SCRAM-SHA-256", "SCRAM-SHA-512"];

    /// <summary>
    /// Ours: users that are made at a start where they are not there yet, as <c>name:password</c>. Kafka's way is
    /// <c>kafka-storage format --add-scram</c>. Once made they are changed by <c>kafka-configs</c>, not here.
    /// </summary>
    [ConfigKey("sasl.initial.users", IsSecret = true)]
    public List<string> SaslInitialUsers { get; set; } = [];

    private void ValidateSecurity(List<ConfigProblem> problems)
    {
        ListenerReader.Read(this, TimeProvider.System, problems);
        foreach (var user in SaslInitialUsers)
        {
            var colon = user.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon == user.Length - 1)
            {
                problems.Add(new("sasl.initial.users", "each is name:password"));
            }
        }
    }
}
