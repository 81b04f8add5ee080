using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>output.redis</c>: a list or a channel of Redis. Defaults are Filebeat's.</summary>
[UnsupportedKeys("proxy_url", "proxy_use_local_resolver", "queue")]
public sealed class RedisOutputConfig : OutputConfig, IValidatedConfig
{
    /// <summary>Servers, <c>host</c> or <c>host:port</c>; one is used, and another when it fails.</summary>
    [ConfigKey("hosts")]
    public List<string> Hosts { get; set; } = ["localhost:6379"];

    /// <summary>The list or channel: a format string. Empty: <see cref="Index"/>.</summary>
    [ConfigKey("key")]
    public string Key { get; set; } = "";

    /// <summary>Rules that choose a key; the first that applies.</summary>
    [ConfigKey("keys")]
    public List<OutputRuleConfig> Keys { get; set; } = [];

    /// <summary>The key where none is said, and the events' <c>@metadata.beat</c>.</summary>
    [ConfigKey("index")]
    public string Index { get; set; } = "filebeat";

    /// <summary>User, for servers with access lists.</summary>
    [ConfigKey("username")]
    public string Username { get; set; } = "";

    /// <summary>Password.</summary>
    [ConfigKey("password", IsSecret = true)]
    public string Password { get; set; } = "";

    /// <summary>Number of the database.</summary>
    [ConfigKey("db")]
    public int Database { get; set; }

    /// <summary>list: RPUSH. channel: PUBLISH, which reaches only who listens at that moment.</summary>
    [ConfigKey("datatype")]
    public string DataType { get; set; } = "list";

    /// <summary>What is sent.</summary>
    [ConfigKey("codec")]
    public TextCodecConfig Codec { get; set; } = new();

    /// <summary>Accepted: one connection keeps the order.</summary>
    [ConfigKey("worker")]
    public int? Worker { get; set; }

    /// <summary>Accepted, as <see cref="Worker"/>.</summary>
    [ConfigKey("workers")]
    public int? Workers { get; set; }

    /// <summary>Accepted, as <see cref="Worker"/>.</summary>
    [ConfigKey("loadbalance")]
    public bool LoadBalance { get; set; } = true;

    /// <summary>The most events of a batch. Matches Filebeat.</summary>
    [ConfigKey("bulk_max_size")]
    public int BulkMaxSize { get; set; } = 2048;

    /// <summary>How long the server may take for an answer. Matches Filebeat.</summary>
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>First pause after a failed attempt. Matches Filebeat.</summary>
    [ConfigKey("backoff.init")]
    public TimeSpan BackoffInit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between attempts. Matches Filebeat.</summary>
    [ConfigKey("backoff.max")]
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Accepted: events are tried until they are taken.</summary>
    [ConfigKey("max_retries")]
    public int MaxRetries { get; set; }

    /// <summary>TLS; used where the section stands.</summary>
    [ConfigKey("ssl")]
    public SslConfig? Ssl { get; set; }

    internal override IEnumerable<string> Warnings
    {
        get
        {
            if (DataType == "channel")
            {
                yield return "output.redis.datatype: channel keeps nothing: events that nobody listens for are gone";
            }

            if ((Workers ?? Worker ?? 1) > 1)
            {
                yield return "output.redis.worker has no effect: one connection keeps the order of each file";
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
            problems.Add(new ConfigProblem("hosts", "at least one host is needed, for example localhost:6379"));
        }

        foreach (var host in SplitHosts(Hosts).Where(host => HostAndPort.TryParse(host, 1) is null))
        {
            problems.Add(new ConfigProblem("hosts", $"'{host}' is not host or host:port, for example redis:6379"));
        }

        if (DataType is not ("list" or "channel"))
        {
            problems.Add(new ConfigProblem("datatype", $"'{DataType}' is neither list nor channel"));
        }

        CheckFormat(problems, "key", Key);
        CheckRules(problems, "keys", Keys, static rule => rule.Key);
        CheckRange(problems, "db", Database, 0, 1 << 20);
        CheckRange(problems, "bulk_max_size", BulkMaxSize, 1, 100_000);
        CheckBackoff(problems, BackoffInit, BackoffMax);
        return problems;
    }
}
