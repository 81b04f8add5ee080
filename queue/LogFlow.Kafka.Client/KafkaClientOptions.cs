namespace LogFlow.Kafka.Client;

/// <summary>
/// How a <see cref="KafkaClient"/> reaches its cluster. Names and defaults follow Kafka's client options.
/// </summary>
public sealed record KafkaClientOptions
{
    /// <summary>Kafka <c>bootstrap.servers</c>: <c>host:port</c>, at least one.</summary>
    public required IReadOnlyList<string> BootstrapServers { get; init; }

    /// <summary>Kafka <c>client.id</c>.</summary>
    public string ClientId { get; init; } = "logflow";

    /// <summary>Matches Kafka <c>request.timeout.ms</c>.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a call may try in all where it does not try forever; Kafka <c>default.api.timeout.ms</c>.
    /// </summary>
    public TimeSpan ApiTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Matches Kafka <c>socket.connection.setup.timeout.ms</c>.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Matches Kafka <c>reconnect.backoff.ms</c>.</summary>
    public TimeSpan ReconnectBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Kafka <c>reconnect.backoff.max.ms</c>; its own default is 1 s, too.</summary>
    public TimeSpan ReconnectBackoffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>First delay before a request is tried again; Kafka <c>retry.backoff.ms</c>.</summary>
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Matches Kafka <c>retry.backoff.max.ms</c>.</summary>
    public TimeSpan RetryBackoffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Matches Kafka <c>metadata.max.age.ms</c>.</summary>
    public TimeSpan MetadataMaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Requests that one connection may have on the way; more wait for a place.</summary>
    public int InFlightPerConnectionMax { get; init; } = 64;

    /// <summary>Responses beyond this are taken for garbage; Kafka's <c>socket.request.max.bytes</c>.</summary>
    public int ResponseBytesMax { get; init; } = 100 * 1024 * 1024;

    /// <summary>How often it is said again that a broker cannot be reached.</summary>
    public TimeSpan UnreachableLogInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>TLS and login; none unless set.</summary>
    public KafkaSecurity Security { get; init; } = KafkaSecurity.None;

    /// <summary>Opens connections where <see cref="Security"/> asks for no TLS; plain TCP unless replaced.</summary>
    public IConnectionOpener ConnectionOpener { get; init; } = SocketConnectionOpener.Instance;
}
