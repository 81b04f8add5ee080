using LogFlow.Hosting;

namespace LogFlow.Store;

/// <summary>The embedded store's configuration: section <c>store</c> of the appliance's YAML.</summary>
public class StoreConfig : IValidatedConfig
{
    /// <summary>Where the store keeps its data; one process at a time.</summary>
    [ConfigKey("path.data")]
    public string PathData { get; set; } = "data/store";

    /// <summary>The address to listen on. Matches Elasticsearch's default: loopback only.</summary>
    [ConfigKey("http.host")]
    public string HttpHost { get; set; } = "127.0.0.1";

    /// <summary>The port to listen on; 0 takes a free one. Matches Elasticsearch <c>http.port</c>.</summary>
    [ConfigKey("http.port")]
    public int HttpPort { get; set; } = 9200;

    /// <summary>
    /// Names that clients may call the store by, beside addresses, names without a dot, localhost and the machine's
    /// own:
    /// a web page elsewhere must not reach it by a name of its own.
    /// </summary>
    [ConfigKey("http.allowed_hosts")]
    public List<string> HttpAllowedHosts { get; set; } = [];

    /// <summary>
    /// TLS of the port, by Filebeat's and Elasticsearch's names; the certificate is read again when it changes.
    /// </summary>
    [ConfigKey("http.ssl")]
    public SslServerConfig? HttpSsl { get; set; }

    /// <summary>
    /// Whether logins are asked for. Not set: from the first user on, and always where others than this machine can
    /// connect. <c>false</c>: never, wherever it listens. Elasticsearch's <c>xpack.security.enabled</c>.
    /// </summary>
    [ConfigKey("security.enabled")]
    public bool? SecurityEnabled { get; set; }

    /// <summary>
    /// Users that are made at a start where they are not there yet, as <c>name:password</c>, administrators all. Once
    /// made they are changed by <c>logflow store users</c> or <c>/_security/user</c>, not here.
    /// </summary>
    [ConfigKey("security.initial_users", IsSecret = true)]
    public List<string> SecurityInitialUsers { get; set; } = [];

    /// <summary>The largest request body, decompressed. Matches Elasticsearch <c>http.max_content_length</c>.</summary>
    [ConfigKey("http.max_content_length")]
    public ByteSize HttpMaxContentLength { get; set; } = new(100L << 20);

    /// <summary>Days that are kept, by the UTC day of <c>@timestamp</c>; 0 keeps them for ever.</summary>
    [ConfigKey("retention.days")]
    public int RetentionDays { get; set; } = 30;

    /// <summary>Bytes on disk that are kept; the oldest day goes first. 0: no limit.</summary>
    [ConfigKey("retention.bytes")]
    public ByteSize RetentionBytes { get; set; } = new(50_000_000_000);

    /// <summary>Free disk space below which writes are refused with 429.</summary>
    [ConfigKey("disk.free.min")]
    public ByteSize DiskFreeMin { get; set; } = new(1L << 30);

    /// <summary>Raw JSON bytes in the in-memory tail at which it is written as segments.</summary>
    [ConfigKey("seal.bytes")]
    public ByteSize SealBytes { get; set; } = new(64L << 20);

    /// <summary>The age of the tail's first document at which it is written as segments.</summary>
    [ConfigKey("seal.interval")]
    public TimeSpan SealInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The size up to which small segments of a day are merged.</summary>
    [ConfigKey("merge.bytes.max")]
    public ByteSize MergeBytesMax { get; set; } = new(256L << 20);

    /// <summary>The time after which a search answers with what it has found and <c>timed_out: true</c>.</summary>
    [ConfigKey("search.timeout")]
    public TimeSpan SearchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The key that changes the port, for the message when it is taken.</summary>
    public virtual string PortKey => "store.http.port";

    /// <summary>
    /// The key by which something else in this process listens for other machines, and asks for the store's logins;
    /// null: nothing does. Not a key of the configuration.
    /// </summary>
    public string? UsersNeededBy { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        Check(PathData.Length > 0, "path.data", "must name a folder");
        Check(HttpPort is >= 0 and <= 65_535, "http.port", $"{HttpPort} is no port: 0 to 65535");
        Check(SecurityInitialUsers.TrueForAll(InitialUser.IsOne), "security.initial_users", InitialUser.Rule);
        Check(HttpMaxContentLength.Bytes is >= 1 << 20 and <= 1 << 30, "http.max_content_length",
            "must be 1MiB to 1GiB");
        Check(RetentionDays is >= 0 and <= 36_500, "retention.days", "must be 0 (for ever) to 36500");
        Check(SealBytes.Bytes is >= 1 << 20 and <= 1 << 30, "seal.bytes", "must be 1MiB to 1GiB");
        Check(SealInterval >= TimeSpan.FromMilliseconds(10), "seal.interval", "must be at least 10ms");
        Check(MergeBytesMax.Bytes >= 1 << 20, "merge.bytes.max", "must be at least 1MiB");
        Check(SearchTimeout > TimeSpan.Zero, "search.timeout", "must be positive");
        return problems;

        void Check(bool isGood, string key, string message)
        {
            if (!isGood)
            {
                problems.Add(new ConfigProblem(key, message));
            }
        }
    }
}
