using System.Globalization;
using LogFlow.Kafka.Client;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>The table of options of input <c>kafka</c>, and what they mean here.</summary>
internal static class KafkaInputPlugin
{
    private static readonly SettingSpec[] Settings =
    [
        new("bootstrap_servers", SettingType.String) { Default = "localhost:9092" },
        new("topics", SettingType.List) { Default = new[] { "logstash" } },
        new("topics_pattern", SettingType.String) { Unsupported = "name the topics" },
        new("group_id", SettingType.String) { Default = "logstash" },
        new("group_instance_id", SettingType.String),
        new("client_id", SettingType.String) { Default = "logflow-processor" },
        // Kafka's default, and so Logstash's: a group that has committed nothing begins with what comes next.
        new("auto_offset_reset", SettingType.String) { Default = "latest", Allowed = ["earliest", "latest", "none"] },
        new("auto_commit_interval_ms", SettingType.Number) { Default = 1000L },
        new("enable_auto_commit", SettingType.Boolean) { Default = true },
        new("consumer_threads", SettingType.Number) { Default = 1L },
        Choice("decorate_events", "none", "none", "basic", "extended", "true", "false"),
        Choice("isolation_level", "read_uncommitted", "read_uncommitted", "read_committed"),
        new("max_poll_records", SettingType.Number),
        new("max_poll_interval_ms", SettingType.Number) { Default = 300_000L },
        new("poll_timeout_ms", SettingType.Number),
        new("fetch_max_bytes", SettingType.Number) { Default = 16L * 1024 * 1024 },
        new("max_partition_fetch_bytes", SettingType.Number) { Default = 1024L * 1024 },
        new("fetch_min_bytes", SettingType.Number) { Default = 1L },
        new("fetch_max_wait_ms", SettingType.Number) { Default = 500L },
        new("session_timeout_ms", SettingType.Number) { Default = 45_000L },
        new("heartbeat_interval_ms", SettingType.Number) { Default = 3000L },
        new("request_timeout_ms", SettingType.Number) { Default = 30_000L },
        new("retry_backoff_ms", SettingType.Number) { Default = 100L },
        new("reconnect_backoff_ms", SettingType.Number) { Default = 50L },
        new("metadata_max_age_ms", SettingType.Number) { Default = 300_000L },
        Choice(
            "partition_assignment_strategy",
            "cooperative_sticky",
            "cooperative_sticky",
            "range",
            "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
            "org.apache.kafka.clients.consumer.RangeAssignor"),
        .. KafkaSecuritySettings.Specs,
        new("schema_registry_url", SettingType.String) { Unsupported = "send JSON" },
    ];

    public static PluginSpec Spec { get; } = new(PluginKind.Input, "kafka", Settings) { Check = Check };

    public static KafkaClientOptions ReadClient(PluginSettings settings)
    {
        return new KafkaClientOptions
        {
            BootstrapServers = Split(settings.String("bootstrap_servers")!),
            ClientId = settings.String("client_id")!,
            RequestTimeout = Milliseconds(settings, "request_timeout_ms"),
            RetryBackoff = Milliseconds(settings, "retry_backoff_ms"),
            ReconnectBackoff = Milliseconds(settings, "reconnect_backoff_ms"),
            MetadataMaxAge = Milliseconds(settings, "metadata_max_age_ms"),
            Security = KafkaSecuritySettings.Read(settings),
        };
    }

    public static GroupConsumerOptions ReadConsumer(PluginSettings settings, int thread)
    {
        return new GroupConsumerOptions
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
                "earliest" => AutoOffsetReset.Earliest,
                "none" => AutoOffsetReset.None,
                _ => AutoOffsetReset.Latest,
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
            PrefetchBytesMax = 8L * 1024 * 1024,
            BatchBytesMax = 32 * 1024 * 1024,
            DeliversUndecodable = true,
        };
    }

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

    public static KafkaInputOptions ReadTimings(PluginSettings settings)
    {
        return new KafkaInputOptions
        {
            CommitInterval = Milliseconds(settings, "auto_commit_interval_ms"),
        };
    }

    /// <summary>Options that are taken and change nothing, each with the reason: said when the input starts.</summary>
    public static IEnumerable<(string Option, string Reason)> WithoutEffect(PluginSettings settings)
    {
        if (!settings.Boolean("enable_auto_commit"))
        {
            yield return ("enable_auto_commit", "offsets are committed, and only of what is indexed or a dead letter");
        }

        if (settings.Has("max_poll_records"))
        {
            yield return ("max_poll_records", "what is in flight is bounded in bytes: pipeline.batch.bytes");
        }

        if (settings.Has("poll_timeout_ms"))
        {
            yield return ("poll_timeout_ms", "nothing polls: records are handed on when they come");
        }
    }

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

        KafkaSecuritySettings.Check(context);
        if (settings.Has("add_field"))
        {
            context.Error("add_field", "'add_field' of inputs is not supported",
                "use mutate { add_field => ... } in the filter section");
        }
    }

    private static SettingSpec Choice(string name, string otherwise, params string[] allowed) =>
        new(name, SettingType.String) { Default = otherwise, Allowed = allowed };

    private static TimeSpan Milliseconds(PluginSettings settings, string name) =>
        TimeSpan.FromMilliseconds(settings.Number(name));

    private static int Bytes(PluginSettings settings, string name) => (int)settings.Integer(name);
}
