using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// <c>output.elasticsearch</c>. Defaults are Filebeat's except where exactly-once or speed need others; each says so.
/// </summary>
[UnsupportedKeys("kerberos", "queue")]
[AcceptedKey("data_stream", "says nothing, as in Filebeat: 'index' names an index or a data stream")]
[AcceptedKey("tls", "says nothing since Filebeat 5: 'ssl' is its name, and 'protocol: https'")]
public sealed class ElasticsearchOutputConfig : OutputConfig, IValidatedConfig
{
    private static readonly string[] Presets = ["custom", "balanced", "throughput", "scale", "latency"];

    /// <summary>
    /// Nodes, tried in turn: <c>host</c>, <c>host:port</c>, <c>http://host:port/path</c>, <c>[::1]:9200</c>.
    /// </summary>
    [ConfigKey("hosts")]
    public List<string> Hosts { get; set; } = ["localhost:9200"];

    /// <summary>http or https, for hosts that name none. Matches Filebeat.</summary>
    [ConfigKey("protocol")]
    public string Protocol { get; set; } = "http";

    /// <summary>The path before each request's, for hosts that name none: of a proxy, for example.</summary>
    [ConfigKey("path")]
    public string Path { get; set; } = "";

    /// <summary>User of HTTP basic authentication.</summary>
    [ConfigKey("username")]
    public string Username { get; set; } = "";

    /// <summary>Password of HTTP basic authentication.</summary>
    [ConfigKey("password", IsSecret = true)]
    public string Password { get; set; } = "";

    /// <summary><c>id:key</c>, or its base64 form as Kibana shows it.</summary>
    [ConfigKey("api_key", IsSecret = true)]
    public string ApiKey { get; set; } = "";

    /// <summary>TLS, for https.</summary>
    [ConfigKey("ssl")]
    public SslConfig? Ssl { get; set; }

    /// <summary>
    /// Index or data stream: a format string. Empty: the data stream <c>filebeat-VERSION</c>, as Filebeat 8, with an
    /// index template of its own where there is none of that name.
    /// </summary>
    [ConfigKey("index")]
    public string Index { get; set; } = "";

    /// <summary>Rules that choose an index; the first that applies.</summary>
    [ConfigKey("indices")]
    public List<OutputRuleConfig> Indices { get; set; } = [];

    /// <summary>Ingest pipeline: a format string.</summary>
    [ConfigKey("pipeline")]
    public string Pipeline { get; set; } = "";

    /// <summary>Rules that choose a pipeline; the first that applies.</summary>
    [ConfigKey("pipelines")]
    public List<OutputRuleConfig> Pipelines { get; set; } = [];

    /// <summary>Parameters of the URL of each bulk request.</summary>
    [ConfigKey("parameters")]
    public Dictionary<string, string> Parameters { get; set; } = [];

    /// <summary>Headers of each request.</summary>
    [ConfigKey("headers")]
    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>The proxy to go through; empty: as the environment says.</summary>
    [ConfigKey("proxy_url")]
    public string ProxyUrl { get; set; } = "";

    /// <summary>No proxy, whatever the environment says.</summary>
    [ConfigKey("proxy_disable")]
    public bool ProxyDisable { get; set; }

    /// <summary>Headers for the proxy.</summary>
    [ConfigKey("proxy_headers")]
    public Dictionary<string, string> ProxyHeaders { get; set; } = [];

    /// <summary>gzip level of requests, 0 to 9; 0: none. Matches Filebeat.</summary>
    [ConfigKey("compression_level")]
    public int CompressionLevel { get; set; } = 1;

    /// <summary>The most events of one bulk request. Matches Filebeat.</summary>
    [ConfigKey("bulk_max_size")]
    public int? BulkMaxSize { get; set; }

    /// <summary>Bulk requests under way for each host at most (Filebeat: 1; a second hides the network).</summary>
    [ConfigKey("worker")]
    public int? Worker { get; set; }

    /// <summary>The newer name of <see cref="Worker"/>.</summary>
    [ConfigKey("workers")]
    public int? Workers { get; set; }

    /// <summary>Whether all hosts are used at a time; else one, and another when it fails. Matches Filebeat.</summary>
    [ConfigKey("loadbalance")]
    public bool LoadBalance { get; set; } = true;

    /// <summary>custom, balanced, throughput, scale, latency: bulk_max_size, worker and compression_level.</summary>
    [ConfigKey("preset")]
    public string Preset { get; set; } = "custom";

    /// <summary>How long one request may take. Matches Filebeat.</summary>
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>First pause after a failed attempt. Matches Filebeat.</summary>
    [ConfigKey("backoff.init")]
    public TimeSpan BackoffInit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between attempts. Matches Filebeat.</summary>
    [ConfigKey("backoff.max")]
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an unused connection is kept. Matches Filebeat.</summary>
    [ConfigKey("idle_connection_timeout")]
    public TimeSpan IdleConnectionTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Where documents go that Elasticsearch does not take as they are; empty: they are dropped, counted and said.
    /// Matches Filebeat.
    /// </summary>
    [ConfigKey("non_indexable_policy.dead_letter_index.index")]
    public string DeadLetterIndex { get; set; } = "";

    /// <summary>Filebeat's spelling of the default.</summary>
    [ConfigKey("non_indexable_policy.drop")]
    public string? NonIndexableDrop { get; set; }

    /// <summary>Accepted: events are tried until they are taken, as Filebeat does.</summary>
    [ConfigKey("max_retries")]
    public int MaxRetries { get; set; }

    /// <summary>Accepted: the version is asked for and none refused.</summary>
    [ConfigKey("allow_older_versions")]
    public bool AllowOlderVersions { get; set; } = true;

    /// <summary>Accepted; see <see cref="Warnings"/>.</summary>
    [ConfigKey("escape_html")]
    public bool EscapeHtml { get; set; }

    /// <summary>Accepted from older files: templates of Filebeat's own are not installed.</summary>
    [ConfigKey("template")]
    public Dictionary<string, object?> Template { get; set; } = [];

    /// <summary>Accepted from older files, as <see cref="Template"/>.</summary>
    [ConfigKey("ilm")]
    public Dictionary<string, object?> Ilm { get; set; } = [];

    /// <summary>Events of a request, after <see cref="Preset"/>.</summary>
    internal int EventsMax => BulkMaxSize ?? (Preset == "latency" ? 50 : 1600);

    /// <summary>Requests under way for each host, after <see cref="Preset"/>.</summary>
    internal int RequestsPerHost => Workers ?? Worker ?? (Preset == "throughput" ? 4 : 2);

    internal override IEnumerable<string> Warnings
    {
        get
        {
            if (Ssl is { VerificationMode: TlsVerification.None })
            {
                yield return "output.elasticsearch.ssl.verification_mode: none takes any server for the right one";
            }

            if (EscapeHtml)
            {
                yield return "output.elasticsearch.escape_html has no effect: <, > and & are sent as they are";
            }

            if (Template.Count > 0 || Ilm.Count > 0)
            {
                yield return "output.elasticsearch.template and .ilm have no effect: with an 'index' of your own, its "
                    + "template is yours to install; without one, a small template for filebeat-VERSION is";
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
        foreach (var host in SplitHosts(Hosts))
        {
            try
            {
                _ = ElasticsearchHosts.ToUri(host, Protocol, Path);
            }
            catch (FormatException error)
            {
                problems.Add(new ConfigProblem("hosts", error.Message));
            }
        }

        if (SplitHosts(Hosts).Count == 0)
        {
            problems.Add(new ConfigProblem("hosts", "at least one host is needed, for example localhost:9200"));
        }

        if (Protocol is not ("http" or "https"))
        {
            problems.Add(new ConfigProblem("protocol", $"'{Protocol}' is neither http nor https"));
        }

        if (ApiKey.Length > 0 && Username.Length > 0)
        {
            problems.Add(new ConfigProblem("api_key", "cannot be combined with username; one of them is enough"));
        }

        if (ProxyUrl.Length > 0 && !Uri.TryCreate(ProxyUrl, UriKind.Absolute, out _))
        {
            problems.Add(new ConfigProblem("proxy_url", "is not a URL such as http://proxy:3128"));
        }

        if (!Presets.Contains(Preset))
        {
            problems.Add(new ConfigProblem("preset", $"'{Preset}' is none of {string.Join(", ", Presets)}"));
        }

        CheckFormat(problems, "index", Index);
        CheckFormat(problems, "pipeline", Pipeline);
        CheckFormat(problems, "non_indexable_policy.dead_letter_index.index", DeadLetterIndex);
        CheckRules(problems, "indices", Indices, static rule => rule.Index);
        CheckRules(problems, "pipelines", Pipelines, static rule => rule.Pipeline);
        CheckRange(problems, "compression_level", CompressionLevel, 0, 9);
        CheckRange(problems, "bulk_max_size", EventsMax, 1, 100_000);
        CheckRange(problems, "worker", RequestsPerHost, 1, 64);
        CheckBackoff(problems, BackoffInit, BackoffMax);
        if (Timeout <= TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem("timeout", "must be greater than zero"));
        }

        return problems;
    }
}
