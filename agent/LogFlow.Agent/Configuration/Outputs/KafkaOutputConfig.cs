using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;

namespace LogFlow.Agent;

/// <summary>
/// <c>output.kafka</c>. Defaults are Filebeat's except where exactly-once or speed need others; each says so.
/// A file keeps one topic and one partition for life: what chooses them has to be the same for all events of an input.
/// </summary>
[UnsupportedKeys("kerberos", "proxy_url", "queue")]
[AcceptedKey("codec.json", "says nothing here: an event is JSON in one line", IsQuiet = true)]
public sealed class KafkaOutputConfig : OutputConfig, IValidatedConfig
{
    /// <summary>Brokers to ask first, <c>host:port</c>.</summary>
    [ConfigKey("hosts")]
    public List<string> Hosts { get; set; } = ["127.0.0.1:9092"];

    /// <summary>TLS; null: in clear.</summary>
    [ConfigKey("ssl")]
    public SslConfig? Ssl { get; set; }

    /// <summary>Who the agent says it is; empty: it does not log in.</summary>
    [ConfigKey("username")]
    public string? Username { get; set; }

    /// <summary>The user's password.</summary>
    [ConfigKey("password", IsSecret = true)]
    public string? Password { get; set; }

    /// <summary>How it logs in: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512. Matches Filebeat: PLAIN where a user is given.
    /// </summary>
    [ConfigKey("sasl.mechanism")]
    public string? SaslMechanism { get; set; }

    /// <summary>Accepted and without effect: versions are negotiated.</summary>
    [ConfigKey("version")]
    public string Version { get; set; } = "";

    /// <summary>
    /// The topic (Filebeat has no default): a format string of fields that an input's events have in common, such as
    /// <c>%{[fields.app]}</c>.
    /// </summary>
    [ConfigKey("topic")]
    public string Topic { get; set; } = "logs";

    /// <summary>Rules that choose an input's topic; the first that applies.</summary>
    [ConfigKey("topics")]
    public List<OutputRuleConfig> Topics { get; set; } = [];

    /// <summary>
    /// The records' key: a format string as <see cref="Topic"/>; empty: the file's incarnation, which tells consumers
    /// what belongs together.
    /// </summary>
    [ConfigKey("key")]
    public string Key { get; set; } = "";

    /// <summary>Headers of each record.</summary>
    [ConfigKey("headers")]
    public List<KafkaHeaderConfig> Headers { get; set; } = [];

    /// <summary>Accepted; see <see cref="Warnings"/>.</summary>
    [ConfigKey("partition")]
    public Dictionary<string, object?> Partition { get; set; } = [];

    /// <summary>Accepted: partitions are sent to in parallel anyway.</summary>
    [ConfigKey("worker")]
    public int? Worker { get; set; }

    /// <summary>Accepted, as <see cref="Worker"/>.</summary>
    [ConfigKey("workers")]
    public int? Workers { get; set; }

    /// <summary>Accepted: events are tried until they are taken, as Filebeat does.</summary>
    [ConfigKey("max_retries")]
    public int MaxRetries { get; set; }

    /// <summary>Accepted: <c>queue.mem.bytes</c> bounds what is under way.</summary>
    [ConfigKey("channel_buffer_size")]
    public int ChannelBufferSize { get; set; }

    /// <summary>Accepted: topics are looked at when a broker says that something has changed.</summary>
    [ConfigKey("metadata")]
    public Dictionary<string, object?> Metadata { get; set; } = [];

    /// <summary>The name by which the queue's log knows this client (Filebeat: "beats").</summary>
    [ConfigKey("client_id")]
    public string ClientId { get; set; } = "logflow-agent";

    /// <summary>Codec of batches (Filebeat: gzip). zstd is both smaller and faster.</summary>
    [ConfigKey("compression")]
    public OutputCompression Compression { get; set; } = OutputCompression.Zstd;

    /// <summary>The codec's level (Filebeat: 4, of gzip); 0 is the codec's fastest useful one.</summary>
    [ConfigKey("compression_level")]
    public int CompressionLevel { get; set; }

    /// <summary>
    /// -1, all in-sync replicas: less would break the promise that nothing is lost (Filebeat: 1) and is raised, with a
    /// warning.
    /// </summary>
    [ConfigKey("required_acks")]
    public int RequiredAcks { get; set; } = -1;

    /// <summary>
    /// The most bytes of one batch and of one event, before compression; longer lines are truncated to fit and
    /// flagged. Matches Filebeat, which drops such events, and stays below Kafka's <c>max.message.bytes</c>.
    /// </summary>
    [ConfigKey("max_message_bytes")]
    public ByteSize MaxMessageBytes { get; set; } = 1_000_000;

    /// <summary>The most events of one batch; 0: bounded by bytes alone (Filebeat: 2048 a request).</summary>
    [ConfigKey("bulk_max_size")]
    public int BulkMaxSize { get; set; }

    /// <summary>Accepted and without effect: a batch leaves as soon as the queue is idle.</summary>
    [ConfigKey("bulk_flush_frequency")]
    public TimeSpan BulkFlushFrequency { get; set; } = TimeSpan.Zero;

    /// <summary>How long to wait for an answer of the queue. Matches Filebeat.</summary>
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the queue may wait for its replicas. Matches Filebeat.</summary>
    [ConfigKey("broker_timeout")]
    public TimeSpan BrokerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Accepted and without effect: the system's keep-alive is used.</summary>
    [ConfigKey("keep_alive")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.Zero;

    /// <summary>First pause after a failed attempt to reach the queue (Filebeat: 1s).</summary>
    [ConfigKey("backoff.init")]
    public TimeSpan BackoffInit { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between attempts (Filebeat: 60s; a queue that is back should be used at once).</summary>
    [ConfigKey("backoff.max")]
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// <c>json</c>: an ECS event. <c>raw</c>: the line alone (LogFlow's own; Filebeat's <c>codec.format</c> with
    /// <c>%{[message]}</c> does the same).
    /// </summary>
    [ConfigKey("codec")]
    public OutputCodec Codec { get; set; } = OutputCodec.Json;

    /// <summary>Filebeat's way to say <c>raw</c>: <c>%{[message]}</c>.</summary>
    [ConfigKey("codec.format.string")]
    public string CodecFormat { get; set; } = "";

    internal OutputCodec EffectiveCodec => CodecFormat.Length > 0 ? OutputCodec.Raw : Codec;

    internal override IEnumerable<string> Warnings
    {
        get
        {
            if (RequiredAcks != -1)
            {
                yield return $"output.kafka.required_acks: {RequiredAcks} is raised to -1: with less, a broker that "
                    + "fails may lose acknowledged lines";
            }

            if (Partition.Count > 0)
            {
                yield return "output.kafka.partition has no effect: each file keeps one partition, chosen by its path, "
                    + "so that its lines stay in order";
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        if (!Enabled)
        {
            return [];
        }

        var problems = new List<ConfigProblem>();
        if (Hosts.Count == 0)
        {
            problems.Add(new ConfigProblem("hosts", "at least one host:port is needed"));
        }

        foreach (var host in Hosts.Where(host => !IsHost(host)))
        {
            problems.Add(new ConfigProblem("hosts", $"'{host}' is not host:port, for example 127.0.0.1:9092"));
        }

        if (CodecFormat.Trim() is not ("" or "%{[message]}"))
        {
            problems.Add(new ConfigProblem(
                "codec.format.string",
                $"'{CodecFormat}' is not done for Kafka, '%{{[message]}}' is: keep the codec 'json', and let what "
                + "reads the topic choose its fields"));
        }

        CheckFormat(problems, "topic", Topic);
        CheckFormat(problems, "key", Key);
        CheckRules(problems, "topics", Topics, static rule => rule.Topic);
        if (!Topic.Contains("%{", StringComparison.Ordinal) && !IsTopicName(Topic))
        {
            problems.Add(new ConfigProblem(
                "topic", $"'{Topic}' is not a topic name: 1 to 249 of a-z A-Z 0-9 . _ -"));
        }

        if (RequiredAcks is not (-1 or 0 or 1))
        {
            problems.Add(new ConfigProblem("required_acks", $"{RequiredAcks} is none of -1, 0, 1"));
        }

        if (MaxMessageBytes.Bytes is < 4096 or > 256 << 20)
        {
            problems.Add(new ConfigProblem("max_message_bytes", "must be between 4096 and 256MiB"));
        }

        ValidateLogin(problems);
        return problems;
    }

    /// <summary>TLS and login, as the client takes them.</summary>
    internal KafkaSecurity CreateSecurity() => new()
    {
        Tls = Ssl?.CreateClient(),
        Login = string.IsNullOrEmpty(Username) ? null : new SaslLogin(FindMechanism()!, Username, Password ?? "")
        {
            KeyNames = "output.kafka.username and password",
        },
    };

    private Kafka.Protocol.SaslMechanism? FindMechanism() =>
        string.IsNullOrEmpty(SaslMechanism)
            ? Kafka.Protocol.SaslMechanism.Plain
            : Kafka.Protocol.SaslMechanism.Find(SaslMechanism);

    private void ValidateLogin(List<ConfigProblem> problems)
    {
        if (FindMechanism() is null)
        {
            problems.Add(new ConfigProblem(
                "sasl.mechanism",
                $"'{SaslMechanism}' is not spoken here; {string.Join(", ", Kafka.Protocol.SaslMechanism.All)} are"));
        }

        if (string.IsNullOrEmpty(Username) && (!string.IsNullOrEmpty(Password) || !string.IsNullOrEmpty(SaslMechanism)))
        {
            problems.Add(new ConfigProblem("username", "must be set where password or sasl.mechanism is"));
        }
        else if (!string.IsNullOrEmpty(Username) && string.IsNullOrEmpty(Password))
        {
            problems.Add(new ConfigProblem("password", "must be set where username is"));
        }
    }

    private static bool IsHost(string text)
    {
        // Without a port the client takes 9092; "[::1]" has colons and no port.
        var colon = text.EndsWith(']') ? -1 : text.LastIndexOf(':');
        return colon < 0 ? Uri.CheckHostName(text.Trim('[', ']')) != UriHostNameType.Unknown
            : ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0
            && Uri.CheckHostName(text[..colon].Trim('[', ']')) != UriHostNameType.Unknown;
    }

    /// <summary>Whether Kafka takes it.</summary>
    internal static bool IsTopicName(string name) =>
        name.Length is > 0 and <= 249 && name is not ("." or "..")
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
