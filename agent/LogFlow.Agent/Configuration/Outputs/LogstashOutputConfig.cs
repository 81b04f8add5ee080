using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// <c>output.logstash</c>: Logstash's beats input, or whatever else speaks Lumberjack 2. Defaults are Filebeat's.
/// </summary>
[UnsupportedKeys("proxy_url", "proxy_use_local_resolver", "queue")]
[AcceptedKey("username", "says nothing: Logstash's protocol knows no login; 'ssl.certificate' shows who a client is")]
[AcceptedKey("password", "says nothing: Logstash's protocol knows no login; 'ssl.certificate' shows who a client is")]
[AcceptedKey("tls", "says nothing since Filebeat 5: 'ssl' is its name, and without it lines go unencrypted")]
[AcceptedKey("template", "says nothing: templates are made by what writes to Elasticsearch", IsQuiet = true)]
public sealed class LogstashOutputConfig : OutputConfig, IValidatedConfig
{
    /// <summary>Servers, <c>host</c> or <c>host:port</c>; the port is 5044 unless said.</summary>
    [ConfigKey("hosts")]
    public List<string> Hosts { get; set; } = ["localhost:5044"];

    /// <summary>
    /// Whether all hosts are used at a time, each file by one of them; else one, and another when it fails. Matches
    /// Filebeat.
    /// </summary>
    [ConfigKey("loadbalance")]
    public bool LoadBalance { get; set; }

    /// <summary>Connections to each host that is used. Matches Filebeat.</summary>
    [ConfigKey("worker")]
    public int? Worker { get; set; }

    /// <summary>The newer name of <see cref="Worker"/>.</summary>
    [ConfigKey("workers")]
    public int? Workers { get; set; }

    /// <summary>zlib level of frames, 0 to 9; 0: none. Matches Filebeat.</summary>
    [ConfigKey("compression_level")]
    public int CompressionLevel { get; set; } = 3;

    /// <summary>Windows under way on a connection before the first has to be acknowledged. Matches Filebeat.</summary>
    [ConfigKey("pipelining")]
    public int Pipelining { get; set; } = 2;

    /// <summary>Begin with small windows, which grow as they are acknowledged. Matches Filebeat.</summary>
    [ConfigKey("slow_start")]
    public bool SlowStart { get; set; }

    /// <summary>
    /// How long a connection is used before another is made, so that a load balancer can move it; 0: for ever. Works
    /// with pipelining, too.
    /// </summary>
    [ConfigKey("ttl")]
    public TimeSpan Ttl { get; set; } = TimeSpan.Zero;

    /// <summary>The most events of a window. Matches Filebeat.</summary>
    [ConfigKey("bulk_max_size")]
    public int BulkMaxSize { get; set; } = 2048;

    /// <summary>How long the server may be silent about what it was sent. Matches Filebeat.</summary>
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>First pause after a failed attempt. Matches Filebeat.</summary>
    [ConfigKey("backoff.init")]
    public TimeSpan BackoffInit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between attempts. Matches Filebeat.</summary>
    [ConfigKey("backoff.max")]
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The events' <c>@metadata.beat</c>, of which Logstash's index names are made. Matches Filebeat.
    /// </summary>
    [ConfigKey("index")]
    public string Index { get; set; } = "filebeat";

    /// <summary>TLS; used where the section stands.</summary>
    [ConfigKey("ssl")]
    public SslConfig? Ssl { get; set; }

    /// <summary>Accepted: events are tried until they are taken, as Filebeat does.</summary>
    [ConfigKey("max_retries")]
    public int MaxRetries { get; set; }

    /// <summary>Accepted; see <see cref="Warnings"/>.</summary>
    [ConfigKey("escape_html")]
    public bool EscapeHtml { get; set; }

    /// <summary>Connections to each host that is used.</summary>
    internal int ConnectionsPerHost => Workers ?? Worker ?? 1;

    internal override IEnumerable<string> Warnings
    {
        get
        {
            if (Ssl is { VerificationMode: TlsVerification.None })
            {
                yield return "output.logstash.ssl.verification_mode: none takes any server for the right one";
            }

            if (EscapeHtml)
            {
                yield return "output.logstash.escape_html has no effect: <, > and & are sent as they are";
            }

            if (ConnectionsPerHost * (LoadBalance ? Hosts.Count : 1) > OutputTarget.LaneCount)
            {
                yield return $"output.logstash.worker: no more than {OutputTarget.LaneCount} connections are used";
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
        if (SplitHosts(Hosts).Count == 0)
        {
            problems.Add(new ConfigProblem("hosts", "at least one host is needed, for example localhost:5044"));
        }

        foreach (var host in SplitHosts(Hosts).Where(host => HostAndPort.TryParse(host, 1) is null))
        {
            problems.Add(new ConfigProblem("hosts", $"'{host}' is not host or host:port, for example logstash:5044"));
        }

        CheckRange(problems, "compression_level", CompressionLevel, 0, 9);
        CheckRange(problems, "bulk_max_size", BulkMaxSize, 1, 100_000);
        CheckRange(problems, "worker", ConnectionsPerHost, 1, 64);
        CheckRange(problems, "pipelining", Pipelining, 0, 1000);
        CheckBackoff(problems, BackoffInit, BackoffMax);
        if (Timeout <= TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem("timeout", "must be greater than zero"));
        }

        return problems;
    }
}
