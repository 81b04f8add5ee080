using LogFlow.Hosting;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// Settings of the processor, by logstash.yml's names where Logstash has them. Without pipeline text the default
/// pipeline runs. What the text lacks is filled in: without an input the queue given by <c>queue.*</c> is read, without
/// an output documents go where <c>output.*</c> says.
/// </summary>
[UnsupportedKeys(
    "config.reload.interval", "queue.type", "queue.max_bytes", "path.queue", "path.dead_letter_queue", "pipeline.id",
    "dead_letter_queue.max_bytes", "modules", "xpack", "monitoring")]
public class ProcessorConfig : IValidatedConfig, IUsesVariables
{
    private Func<string, string?> _findVariable = Environment.GetEnvironmentVariable;

    /// <summary>A file, a folder (its files in alphabetical order) or a glob with pipeline text.</summary>
    [ConfigKey("path.config")]
    public string? PathConfig { get; set; }

    /// <summary>Pipeline text itself.</summary>
    [ConfigKey("config.string")]
    public string? ConfigString { get; set; }

    /// <summary>Folder for state.</summary>
    [ConfigKey("path.data")]
    public string PathData { get; set; } = "data";

    /// <summary>Threads that filter; 0: one per core, as in Logstash.</summary>
    [ConfigKey("pipeline.workers")]
    public int PipelineWorkers { get; set; }

    /// <summary>
    /// Events that one worker has at once. Matches Logstash. So few stay in the core's cache from decoding to
    /// encoding, and a garbage collection finds few of them (some 5 KB each). Outputs write together what is waiting,
    /// so this does not bound their requests.
    /// </summary>
    [ConfigKey("pipeline.batch.size")]
    public int PipelineBatchSize { get; set; } = 125;

    /// <summary>
    /// How long Logstash waits for a batch to fill. Here a batch goes on as soon as it is read; while outputs are busy
    /// what waits is written together. Accepted for compatibility.
    /// </summary>
    [ConfigKey("pipeline.batch.delay")]
    public int PipelineBatchDelayMs { get; set; } = 50;

    /// <summary>Bytes in flight between input and outputs, all batches together; the queue holds the rest.</summary>
    [ConfigKey("pipeline.batch.bytes")]
    public ByteSize PipelineBatchBytes { get; set; } = 24L * 1024 * 1024;

    /// <summary>v8, v1 or disabled: field names of filters. Matches Logstash.</summary>
    [ConfigKey("pipeline.ecs_compatibility")]
    public string PipelineEcsCompatibility { get; set; } = "v8";

    /// <summary>Order is always kept per partition; <c>auto</c>, <c>true</c> and <c>false</c> are accepted.</summary>
    [ConfigKey("pipeline.ordered")]
    public string PipelineOrdered { get; set; } = "auto";

    /// <summary>Backslash escapes in quoted strings. Matches Logstash.</summary>
    [ConfigKey("config.support_escapes")]
    public bool ConfigSupportEscapes { get; set; }

    /// <summary>Not supported yet: restart the processor instead.</summary>
    [ConfigKey("config.reload.automatic")]
    public bool ConfigReloadAutomatic { get; set; }

    /// <summary>
    /// Whether what cannot be processed goes to <c>TOPIC.dlq</c>. Logstash's default is false, which loses it; ours
    /// is true.
    /// </summary>
    [ConfigKey("dead_letter_queue.enable")]
    public bool DeadLetterQueueEnable { get; set; } = true;

    /// <summary>Whether metrics and health are served. Matches Logstash.</summary>
    [ConfigKey("api.enabled")]
    public bool ApiEnabled { get; set; } = true;

    /// <summary>Address of metrics and health. Matches Logstash.</summary>
    [ConfigKey("api.http.host")]
    public string ApiHttpHost { get; set; } = "127.0.0.1";

    /// <summary>Port of metrics and health. Matches Logstash.</summary>
    [ConfigKey("api.http.port")]
    public int ApiHttpPort { get; set; } = 9600;

    /// <summary>trace, debug, info, warn, error or fatal. Matches Logstash.</summary>
    [ConfigKey("log.level")]
    public string LogLevel { get; set; } = "info";

    /// <summary>The queue of a pipeline without an input section.</summary>
    [ConfigKey("queue.bootstrap_servers")]
    public List<string> QueueBootstrapServers { get; set; } = ["127.0.0.1:9092"];

    /// <summary>Its topics.</summary>
    [ConfigKey("queue.topics")]
    public List<string> QueueTopics { get; set; } = ["logs"];

    /// <summary>Its consumer group.</summary>
    [ConfigKey("queue.group_id")]
    public string QueueGroupId { get; set; } = "logflow-processor";

    /// <summary>
    /// Kafka's <c>group.instance.id</c>: a member that keeps its name gets its partitions back at once when it comes
    /// again after a crash, instead of after the session timeout. Must differ between processors of one group.
    /// </summary>
    [ConfigKey("queue.group_instance_id")]
    public string? QueueGroupInstanceId { get; set; }

    /// <summary>
    /// More settings of the input <c>kafka</c> that these keys make, by that plugin's names: security_protocol,
    /// sasl_mechanism, sasl_username, sasl_password, ssl_truststore_location and the others.
    /// </summary>
    [ConfigKey("queue.options")]
    public Dictionary<string, string> QueueOptions { get; set; } = [];

    /// <summary>
    /// How long the queue may hold a fetch that finds nothing; records that come end it at once. The host's to set:
    /// partitions that a rebalance brings wait as long, so it is short where there may be other processors. Matches
    /// Kafka.
    /// </summary>
    public TimeSpan QueueFetchWaitMax { get; protected set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The embedded store, for a pipeline without an output section. Takes precedence over Elasticsearch.
    /// </summary>
    [ConfigKey("output.store.url")]
    public string? OutputStoreUrl { get; set; }

    /// <summary>
    /// The file <c>positions-secret</c> in the folder of a store that runs in another process: it takes queue positions
    /// from nobody else. Within one process the store hands its secret over.
    /// </summary>
    [ConfigKey("output.store.secret_file")]
    public string? OutputStoreSecretFile { get; set; }

    /// <summary>
    /// The user that it logs in as, with the role <c>write</c>; not needed where the secret file is known and no more
    /// is asked for.
    /// </summary>
    [ConfigKey("output.store.username", Aliases = ["output.store.user"])]
    public string? OutputStoreUsername { get; set; }

    /// <summary>Its password.</summary>
    [ConfigKey("output.store.password", IsSecret = true)]
    public string? OutputStorePassword { get; set; }

    /// <summary>An API key in place of the user, <c>id:key</c> or base64.</summary>
    [ConfigKey("output.store.api_key", IsSecret = true)]
    public string? OutputStoreApiKey { get; set; }

    /// <summary>PEM files with the authorities of the store's certificate; empty: the system's.</summary>
    [ConfigKey("output.store.ssl.certificate_authorities")]
    public List<string> OutputStoreAuthorities { get; set; } = [];

    /// <summary>SHA-256 (hexadecimal) of an authority that is trusted where the store sends it.</summary>
    [ConfigKey("output.store.ssl.ca_trusted_fingerprint")]
    public string? OutputStoreFingerprint { get; set; }

    /// <summary>The secret of a store in this process; not a key of the configuration.</summary>
    public string? OutputStoreSecret { get; set; }

    /// <summary>Elasticsearch or OpenSearch, for a pipeline without an output section.</summary>
    [ConfigKey("output.elasticsearch.hosts")]
    public List<string> OutputElasticsearchHosts { get; set; } = ["http://127.0.0.1:9200"];

    /// <summary>Its user.</summary>
    [ConfigKey("output.elasticsearch.username")]
    public string? OutputElasticsearchUsername { get; set; }

    /// <summary>Its password.</summary>
    [ConfigKey("output.elasticsearch.password", IsSecret = true)]
    public string? OutputElasticsearchPassword { get; set; }

    /// <summary>Its API key, <c>id:key</c> or base64.</summary>
    [ConfigKey("output.elasticsearch.api_key", IsSecret = true)]
    public string? OutputElasticsearchApiKey { get; set; }

    /// <summary>Where the command <c>setup</c> imports the data view, searches and dashboard.</summary>
    [ConfigKey("setup.kibana")]
    public SetupKibanaConfig SetupKibana { get; set; } = new();

    /// <summary>The key of <see cref="OutputStoreSecretFile"/> as the user writes it.</summary>
    public virtual string StoreSecretKey => "output.store.secret_file";

    /// <summary>
    /// Without the secret a store in another process takes nothing, for ever: that is a fault of the configuration.
    /// </summary>
    /// <exception cref="StartupException">An output writes to a store, and no secret is known.</exception>
    internal void RequireStoreSecret(CompiledPipeline pipeline)
    {
        if (OutputStoreSecretFile is null && OutputStoreSecret is null
            && pipeline.Outputs.FirstOrDefault(static output => output.Name == "store") is { } store)
        {
            throw new StartupException(
                $"{StoreSecretKey}: is not set, and the output {store.Id} writes to a store in another process "
                + $"({store.Settings.String("url")}), which takes records only from who knows its secret; copy the "
                + "file 'positions-secret' from that store's path.data, readable by this user only, and name the copy "
                + "here",
                exitCode: 2);
        }
    }

    /// <summary>The secret of the store that outputs write to; null: none is known.</summary>
    /// <exception cref="StartupException">The file cannot be read.</exception>
    internal string? ReadStoreSecret()
    {
        if (OutputStoreSecretFile is not { } path)
        {
            return OutputStoreSecret;
        }

        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{StoreSecretKey}: cannot read '{path}': {error.Message}", exitCode: 2);
        }
    }

    /// <inheritdoc/>
    public void UseVariables(Func<string, string?> find) => _findVariable = find;

    /// <summary>The value of a variable in pipeline text; null where it has none.</summary>
    internal string? FindVariable(string name) => _findVariable(name);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        Check(PathConfig is null || ConfigString is null, "config.string", "give either path.config or config.string");
        Check(PipelineWorkers is >= 0 and <= 1024, "pipeline.workers", "takes 0 (one per core) to 1024");
        Check(PipelineBatchSize is > 0 and <= 1_000_000, "pipeline.batch.size", "takes 1 to 1000000 events");
        Check(PipelineBatchBytes.Bytes >= 1024 * 1024, "pipeline.batch.bytes", "takes at least 1MiB");
        Check(ApiHttpPort is >= 0 and <= 65535, "api.http.port", "takes 0 (a free one) to 65535");
        Check(QueueTopics.Count > 0, "queue.topics", "takes at least one topic");
        foreach (var name in QueueOptions.Keys)
        {
            Check(
                name.All(static letter =>
                    char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_'),
                $"queue.options.{name}",
                "is no setting of input kafka, such as security_protocol");
        }

        Check(QueueBootstrapServers.Count > 0, "queue.bootstrap_servers", "takes at least one host:port");
        Check(
            PipelineEcsCompatibility is "v1" or "v8" or "disabled",
            "pipeline.ecs_compatibility", "takes v8, v1 or disabled");
        Check(
            PipelineOrdered is "auto" or "true" or "false", "pipeline.ordered", "takes auto, true or false");
        Check(
            !ConfigReloadAutomatic, "config.reload.automatic", "is not supported yet; restart the processor instead");
        Check(
            LogLevelName.IsKnown(LogLevel),
            "log.level", $"takes {LogLevelName.Choices}");
        Check(
            OutputStoreUrl is null || IsHttp(OutputStoreUrl), "output.store.url",
            "takes a URL such as http://127.0.0.1:9200");
        Check(
            OutputStoreApiKey is null || OutputStoreUsername is null, "output.store.api_key",
            "give either output.store.api_key or output.store.username");
        Check(
            (OutputStorePassword is null) == (OutputStoreUsername is null), "output.store.password",
            "output.store.username and output.store.password go together");
        foreach (var host in OutputElasticsearchHosts)
        {
            Check(IsHttp(host), "output.elasticsearch.hosts", $"'{host}' is no URL such as http://127.0.0.1:9200");
        }

        Check(
            SetupKibana.Host is null || SetupKibanaConfig.ParseHost(SetupKibana.Host) is not null,
            "setup.kibana.host", "takes a URL such as http://kibana:5601");
        Check(
            SetupKibana.ApiKey is null || SetupKibana.Username is null, "setup.kibana.api_key",
            "give either setup.kibana.api_key or setup.kibana.username");
        return problems;

        void Check(bool holds, string key, string message)
        {
            if (!holds)
            {
                problems.Add(new ConfigProblem(key, message));
            }
        }
    }

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is ("http" or "https");
}
