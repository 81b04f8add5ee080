using System.Globalization;
using LogFlow.Kafka.Client;
using LogFlow.Processor.Inputs;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Configuration;

/// <summary>The table of options of input <c>kafka</c>, and what they mean here.</summary>
internal static class KafkaInputPlugin
{
    private const string NoSecurity = "TLS and SASL towards Kafka are not supported yet";

    public static PluginSpec Spec { get; } = new(
        PluginKind.Input,
        "kafka",
        new SettingSpec("bootstrap_servers", SettingType.String) { Default = "localhost:9092" },
        new SettingSpec("topics", SettingType.List) { Default = new[] { "logstash" } },
        new SettingSpec("topics_pattern", SettingType.String) { Unsupported = "name the topics" },
        new SettingSpec("group_id", SettingType.String) { Default = "logstash" },
        new SettingSpec("group_instance_id", SettingType.String),
        new SettingSpec("client_id", SettingType.String) { Default = "logflow-processor" },
        new SettingSpec("auto_offset_reset", SettingType.String) { Allowed = ["earliest", "latest", "none"] },
        new SettingSpec("auto_commit_interval_ms", SettingType.Number) { Default = 1000L },
        new SettingSpec("enable_auto_commit", SettingType.Boolean) { Default = true },
        new SettingSpec("consumer_threads", SettingType.Number) { Default = 1L },
        new SettingSpec("decorate_events", SettingType.String)
        {
            Default = "none",
            Allowed = ["none", "basic", "extended", "true", "false"],
        },
        new SettingSpec("isolation_level", SettingType.String)
        {
            Default = "read_uncommitted",
            Allowed = ["read_uncommitted", "read_committed"],
        },
        new SettingSpec("max_poll_records", SettingType.Number),
        new SettingSpec("max_poll_interval_ms", SettingType.Number) { Default = 300_000L },
        new SettingSpec("poll_timeout_ms", SettingType.Number),
        new SettingSpec("fetch_max_bytes", SettingType.Number) { Default = 16L * 1024 * 1024 },
        new SettingSpec("max_partition_fetch_bytes", SettingType.Number) { Default = 1024L * 1024 },
        new SettingSpec("fetch_min_bytes", SettingType.Number) { Default = 1L },
        new SettingSpec("fetch_max_wait_ms", SettingType.Number) { Default = 500L },
        new SettingSpec("session_timeout_ms", SettingType.Number) { Default = 45_000L },
        new SettingSpec("heartbeat_interval_ms", SettingType.Number) { Default = 3000L },
        new SettingSpec("request_timeout_ms", SettingType.Number) { Default = 30_000L },
        new SettingSpec("retry_backoff_ms", SettingType.Number) { Default = 100L },
        new SettingSpec("reconnect_backoff_ms", SettingType.Number) { Default = 50L },
        new SettingSpec("metadata_max_age_ms", SettingType.Number) { Default = 300_000L },
        new SettingSpec("partition_assignment_strategy", SettingType.String)
        {
            Default = "cooperative_sticky",
            Allowed =
            [
                "cooperative_sticky", "range",
                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
                "org.apache.kafka.clients.consumer.RangeAssignor",
            ],
        },
        new SettingSpec("security_protocol", SettingType.String) { Default = "PLAINTEXT", Allowed = ["PLAINTEXT"] },
        new SettingSpec("sasl_mechanism", SettingType.String) { Unsupported = NoSecurity },
        new SettingSpec("sasl_jaas_config", SettingType.Password) { Unsupported = NoSecurity },
        new SettingSpec("ssl_truststore_location", SettingType.Path) { Unsupported = NoSecurity },
        new SettingSpec("ssl_keystore_location", SettingType.Path) { Unsupported = NoSecurity },
        new SettingSpec("schema_registry_url", SettingType.String) { Unsupported = "send JSON" })
    {
        Check = Check,
    };

    public static KafkaClientOptions ReadClient(PluginSettings settings) => new()
    {
        BootstrapServers = Split(settings.String("bootstrap_servers")!),
        ClientId = settings.String("client_id")!,
        RequestTimeout = Milliseconds(settings, "request_timeout_ms"),
        RetryBackoff = Milliseconds(settings, "retry_backoff_ms"),
        ReconnectBackoff = Milliseconds(settings, "reconnect_backoff_ms"),
        MetadataMaxAge = Milliseconds(settings, "metadata_max_age_ms"),
    };

    public static GroupConsumerOptions ReadConsumer(PluginSettings settings, int thread) => new()
    {
        GroupId = settings.String("group_id")!,
        Topics = settings.List("topics"),
        GroupInstanceId = settings.String("group_instance_id") is { } id
            ? thread == 0 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}-{thread}")
            : null,
        Assignors = settings.String("partition_assignment_strategy")!.Contains("ange", StringComparison.Ordinal)
            ? [GroupAssignor.Range]
            : [GroupAssignor.CooperativeSticky],
        AutoOffsetReset = settings.String("auto_offset_reset") switch
        {
            "latest" => AutoOffsetReset.Latest,
            "none" => AutoOffsetReset.None,
            _ => AutoOffsetReset.Earliest,
        },
        IsolationLevel = settings.String("isolation_level") == "read_committed"
            ? IsolationLevel.ReadCommitted
            : IsolationLevel.ReadUncommitted,
        SessionTimeout = Milliseconds(settings, "session_timeout_ms"),
        HeartbeatInterval = Milliseconds(settings, "heartbeat_interval_ms"),
        RebalanceTimeout = Milliseconds(settings, "max_poll_interval_ms"),
        FetchBytesMax = Bytes(settings, "fetch_max_bytes"),
        PartitionFetchBytesMax = Bytes(settings, "max_partition_fetch_bytes"),
        FetchBytesMin = Bytes(settings, "fetch_min_bytes"),
        FetchWaitMax = Milliseconds(settings, "fetch_max_wait_ms"),
        // What waits in the consumer comes on top of what is in flight behind it.
        PrefetchBytesMax = 16L * 1024 * 1024,
    };

    public static RecordDecoder ReadDecoder(PluginNode node, ICodec codec) => new(
        codec,
        node.Settings.String("decorate_events") switch
        {
            "basic" or "true" => DecorateEvents.Basic,
            "extended" => DecorateEvents.Extended,
            _ => DecorateEvents.None,
        },
        node.Settings.String("group_id")!,
        node.Settings.List("tags"),
        node.Settings.String("type") is { } type ? EventValue.Of(type) : EventValue.Missing);

    public static KafkaInputOptions ReadTimings(PluginSettings settings) => new()
    {
        CommitInterval = Milliseconds(settings, "auto_commit_interval_ms"),
    };

    public static string[] Split(string servers) =>
        servers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void Check(PluginContext context)
    {
        var settings = context.Settings;
        foreach (var server in Split(settings.String("bootstrap_servers")!))
        {
            var colon = server.LastIndexOf(':');
            if (colon <= 0 || !ushort.TryParse(server.AsSpan(colon + 1), CultureInfo.InvariantCulture, out _))
            {
                context.Error("bootstrap_servers", $"'{server}' is not host:port", "write: \"127.0.0.1:9092\"");
            }
        }

        if (settings.List("topics").Count == 0)
        {
            context.Error("topics", "no topic is named", "write: topics => [\"logs\"]");
        }

        foreach (var name in (ReadOnlySpan<string>)["consumer_threads", "auto_commit_interval_ms", "fetch_max_bytes",
            "max_partition_fetch_bytes", "session_timeout_ms", "heartbeat_interval_ms", "request_timeout_ms"])
        {
            if (settings.Number(name) is < 1 or > int.MaxValue)
            {
                context.Error(name, $"'{name}' has to be at least 1 and below 2147483648");
            }
        }

        if (settings.Has("add_field"))
        {
            context.Error("add_field", "'add_field' of inputs is not supported",
                "use mutate { add_field => ... } in the filter section");
        }
    }

    private static TimeSpan Milliseconds(PluginSettings settings, string name) =>
        TimeSpan.FromMilliseconds(settings.Number(name));

    private static int Bytes(PluginSettings settings, string name) => (int)settings.Integer(name);
}
