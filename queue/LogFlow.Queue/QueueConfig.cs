using LogFlow.Hosting;

namespace LogFlow.Queue;

/// <summary>
/// The queue's configuration as written in <c>queue.yml</c>: the keys of Kafka's server.properties that have a meaning
/// for a single node. Defaults are Kafka's unless a comment says otherwise.
/// </summary>
public partial class QueueConfig : IValidatedConfig
{
    /// <summary>
    /// <c>NAME://host:port</c>, several where they shall differ in protection; loopback only until configured otherwise
    /// (Kafka: every address).
    /// </summary>
    [ConfigKey("listeners")]
    public List<string> Listeners { get; set; } = ["PLAINTEXT://127.0.0.1:9092"];

    /// <summary>
    /// What clients are told to connect to, by listener; those not named: derived from the listener, IPv4 for loopback.
    /// </summary>
    [ConfigKey("advertised.listeners")]
    public List<string> AdvertisedListeners { get; set; } = [];

    /// <summary>This node's id in Metadata and FindCoordinator.</summary>
    [ConfigKey("node.id")]
    public int NodeId { get; set; } = 1;

    /// <summary>The data folder. Wins over <see cref="LogDir"/>, as in Kafka; one folder only.</summary>
    [ConfigKey("log.dirs")]
    public string? LogDirs { get; set; }

    /// <summary>The data folder. Kafka's default is /tmp/kafka-logs; ours is not a temporary one.</summary>
    [ConfigKey("log.dir")]
    public string LogDir { get; set; } = "/var/lib/logflow/queue";

    [ConfigKey("num.partitions")]
    public int NumPartitions { get; set; } = 1;

    [ConfigKey("auto.create.topics.enable")]
    public bool AutoCreateTopicsEnable { get; set; } = true;

    [ConfigKey("delete.topic.enable")]
    public bool DeleteTopicEnable { get; set; } = true;

    /// <summary>
    /// There is one node, so one replica. True (Kafka has no such switch): a request for more replicas is taken as a
    /// request for one; tools and frameworks ask for three by default. False: INVALID_REPLICATION_FACTOR.
    /// </summary>
    [ConfigKey("replication.factor.clamp.enable")]
    public bool ReplicationFactorClampEnable { get; set; } = true;

    [ConfigKey("log.retention.hours")]
    public int LogRetentionHours { get; set; } = 168;

    [ConfigKey("log.retention.minutes")]
    public long? LogRetentionMinutes { get; set; }

    /// <summary>Wins over the minutes, which win over the hours; -1: no limit.</summary>
    [ConfigKey("log.retention.ms")]
    public long? LogRetentionMs { get; set; }

    /// <summary>Per partition; -1: no limit.</summary>
    [ConfigKey("log.retention.bytes")]
    public long LogRetentionBytes { get; set; } = -1;

    [ConfigKey("log.retention.check.interval.ms")]
    public long LogRetentionCheckIntervalMs { get; set; } = 300_000;

    /// <summary>Ours: 256 MiB (Kafka: 1 GiB); a segment is the unit of retention and of recovery.</summary>
    [ConfigKey("log.segment.bytes")]
    public int LogSegmentBytes { get; set; } = 256 << 20;

    [ConfigKey("log.roll.hours")]
    public int LogRollHours { get; set; } = 168;

    /// <summary>Wins over the hours.</summary>
    [ConfigKey("log.roll.ms")]
    public long? LogRollMs { get; set; }

    [ConfigKey("log.message.timestamp.type")]
    public string LogMessageTimestampType { get; set; } = "CreateTime";

    [ConfigKey("compression.type")]
    public string CompressionType { get; set; } = "producer";

    /// <summary>The largest record batch taken. Matches Kafka: 1 MiB and 12 bytes.</summary>
    [ConfigKey("message.max.bytes")]
    public int MessageMaxBytes { get; set; } = 1_048_588;

    /// <summary>
    /// Ours: what the records of one batch may decompress to; a batch that is larger then is refused. 32 MiB is what
    /// our own consumers take.
    /// </summary>
    [ConfigKey("message.max.decompressed.bytes")]
    public int MessageMaxDecompressedBytes { get; set; } = 32 << 20;

    [ConfigKey("socket.request.max.bytes")]
    public int SocketRequestMaxBytes { get; set; } = 104_857_600;

    /// <summary>
    /// Bytes of requests held in memory by all connections together; beyond it sockets are not read. Ours: 64 MiB
    /// (Kafka: unlimited).
    /// </summary>
    [ConfigKey("queued.max.request.bytes")]
    public long QueuedMaxRequestBytes { get; set; } = 64 << 20;

    /// <summary>The most that one Fetch answer carries.</summary>
    [ConfigKey("fetch.max.bytes")]
    public int FetchMaxBytes { get; set; } = 57_671_680;

    [ConfigKey("connections.max.idle.ms")]
    public long ConnectionsMaxIdleMs { get; set; } = 600_000;

    /// <summary>Ours: 10,000 (Kafka: unlimited). One more is closed at once, with a warning.</summary>
    [ConfigKey("max.connections")]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Ours: 100 ms (Kafka: 3 s). Long enough that the members of one process arrive together, short enough that
    /// nobody waits for it.
    /// </summary>
    [ConfigKey("group.initial.rebalance.delay.ms")]
    public int GroupInitialRebalanceDelayMs { get; set; } = 100;

    [ConfigKey("group.min.session.timeout.ms")]
    public int GroupMinSessionTimeoutMs { get; set; } = 6_000;

    [ConfigKey("group.max.session.timeout.ms")]
    public int GroupMaxSessionTimeoutMs { get; set; } = 1_800_000;

    [ConfigKey("group.max.size")]
    public int GroupMaxSize { get; set; } = int.MaxValue;

    /// <summary>How often members of groups of the new protocol (KIP-848) send a heartbeat.</summary>
    [ConfigKey("group.consumer.heartbeat.interval.ms")]
    public int GroupConsumerHeartbeatIntervalMs { get; set; } = 5_000;

    /// <summary>After which silence such a member is removed.</summary>
    [ConfigKey("group.consumer.session.timeout.ms")]
    public int GroupConsumerSessionTimeoutMs { get; set; } = 45_000;

    /// <summary>The least that a group's own consumer.heartbeat.interval.ms may be.</summary>
    [ConfigKey("group.consumer.min.heartbeat.interval.ms")]
    public int GroupConsumerMinHeartbeatIntervalMs { get; set; } = 5_000;

    /// <summary>The most that a group's own consumer.heartbeat.interval.ms may be.</summary>
    [ConfigKey("group.consumer.max.heartbeat.interval.ms")]
    public int GroupConsumerMaxHeartbeatIntervalMs { get; set; } = 15_000;

    /// <summary>The least that a group's own consumer.session.timeout.ms may be.</summary>
    [ConfigKey("group.consumer.min.session.timeout.ms")]
    public int GroupConsumerMinSessionTimeoutMs { get; set; } = 45_000;

    /// <summary>The most that a group's own consumer.session.timeout.ms may be.</summary>
    [ConfigKey("group.consumer.max.session.timeout.ms")]
    public int GroupConsumerMaxSessionTimeoutMs { get; set; } = 60_000;

    /// <summary>Which way a group with members may change its protocol: bidirectional, upgrade, downgrade, disabled.
    /// An empty group always may.</summary>
    [ConfigKey("group.consumer.migration.policy")]
    public string GroupConsumerMigrationPolicy { get; set; } = "bidirectional";

    [ConfigKey("group.consumer.max.size")]
    public int GroupConsumerMaxSize { get; set; } = int.MaxValue;

    /// <summary>The server-side assignors that members may ask for; the first is used where they do not.</summary>
    [ConfigKey("group.consumer.assignors")]
    public List<string> GroupConsumerAssignors { get; set; } = [.. PartitionAssignors.Names];

    [ConfigKey("offsets.retention.minutes")]
    public int OffsetsRetentionMinutes { get; set; } = 10_080;

    [ConfigKey("offsets.retention.check.interval.ms")]
    public long OffsetsRetentionCheckIntervalMs { get; set; } = 600_000;

    [ConfigKey("offset.metadata.max.bytes")]
    public int OffsetMetadataMaxBytes { get; set; } = 4096;

    [ConfigKey("producer.id.expiration.ms")]
    public int ProducerIdExpirationMs { get; set; } = 86_400_000;

    /// <summary>The longest transaction timeout that a producer may ask for.</summary>
    [ConfigKey("transaction.max.timeout.ms")]
    public int TransactionMaxTimeoutMs { get; set; } = 900_000;

    /// <summary>How often transactions past their timeout are looked for.</summary>
    [ConfigKey("transaction.abort.timed.out.transaction.cleanup.interval.ms")]
    public int TransactionAbortTimedOutCleanupIntervalMs { get; set; } = 10_000;

    /// <summary>A transactional id that was not used for so long is forgotten.</summary>
    [ConfigKey("transactional.id.expiration.ms")]
    public int TransactionalIdExpirationMs { get; set; } = 604_800_000;

    /// <summary>Status, metrics and health; served by the host. 0: a free port; -1: none.</summary>
    [ConfigKey("queue.http.port")]
    public int HttpPort { get; set; } = 9644;

    /// <summary>Address of metrics and health.</summary>
    [ConfigKey("queue.http.host")]
    public string HttpHost { get; set; } = "127.0.0.1";

    /// <summary>trace, debug, info, warn, error or fatal. Kafka sets this in log4j's own file.</summary>
    [ConfigKey("log.level")]
    public string LogLevel { get; set; } = "info";

    /// <summary>The key that changes the port, for the message when it is taken.</summary>
    public virtual string PortKey => "listeners";

    /// <summary>The one data folder: <c>log.dirs</c>, else <c>log.dir</c>.</summary>
    public string DataDirectory => string.IsNullOrWhiteSpace(LogDirs) ? LogDir : LogDirs.Trim();

    /// <summary>How long records are kept, in milliseconds; -1: for ever.</summary>
    public long EffectiveRetentionMs =>
        LogRetentionMs
        ?? (LogRetentionMinutes is { } minutes ? ToMs(minutes, 60_000) : ToMs(LogRetentionHours, 3_600_000));

    /// <summary>When a segment that still has room is closed, in milliseconds since its first record.</summary>
    public long EffectiveRollMs => LogRollMs ?? ToMs(LogRollHours, 3_600_000);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        ValidateSecurity(problems);
        ValidateAuthorization(problems);
        if (DataDirectory.Contains(','))
        {
            problems.Add(new("log.dirs", "names several folders; the queue keeps its data in one"));
        }

        RequireAtLeast(problems, "node.id", NodeId, 0);
        RequireAtLeast(problems, "num.partitions", NumPartitions, 1);
        RequireAtLeast(problems, "log.segment.bytes", LogSegmentBytes, 1 << 20);
        RequireAtLeast(problems, "message.max.bytes", MessageMaxBytes, 1024);
        RequireAtLeast(problems, "socket.request.max.bytes", SocketRequestMaxBytes, 1024);
        RequireAtLeast(problems, "queued.max.request.bytes", QueuedMaxRequestBytes, 1 << 20);
        RequireAtLeast(problems, "fetch.max.bytes", FetchMaxBytes, 1024);
        RequireAtLeast(problems, "connections.max.idle.ms", ConnectionsMaxIdleMs, 1000);
        RequireAtLeast(problems, "max.connections", MaxConnections, 1);
        RequireAtLeast(problems, "group.initial.rebalance.delay.ms", GroupInitialRebalanceDelayMs, 0);
        RequireAtLeast(problems, "group.min.session.timeout.ms", GroupMinSessionTimeoutMs, 1);
        RequireAtLeast(problems, "group.max.session.timeout.ms", GroupMaxSessionTimeoutMs, GroupMinSessionTimeoutMs);
        RequireAtLeast(problems, "group.max.size", GroupMaxSize, 1);
        ValidateConsumerGroups(problems);
        RequireAtLeast(problems, "offsets.retention.minutes", OffsetsRetentionMinutes, 1);
        RequireAtLeast(problems, "offset.metadata.max.bytes", OffsetMetadataMaxBytes, 0);
        RequireAtLeast(problems, "log.retention.check.interval.ms", LogRetentionCheckIntervalMs, 1);
        RequireAtLeast(problems, "offsets.retention.check.interval.ms", OffsetsRetentionCheckIntervalMs, 1);
        RequireAtLeast(problems, "producer.id.expiration.ms", ProducerIdExpirationMs, 1);
        RequireAtLeast(problems, "transaction.max.timeout.ms", TransactionMaxTimeoutMs, 1);
        RequireAtLeast(
            problems,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms",
            TransactionAbortTimedOutCleanupIntervalMs,
            1);
        RequireAtLeast(problems, "transactional.id.expiration.ms", TransactionalIdExpirationMs, 1);
        RequireOneOf(
            problems, "log.message.timestamp.type", LogMessageTimestampType, ["CreateTime", "LogAppendTime"]);
        RequireOneOf(
            problems,
            "compression.type",
            CompressionType,
            ["producer", "uncompressed", "none", "gzip", "snappy", "lz4", "zstd"]);
        RequireAtLeast(problems, "message.max.decompressed.bytes", MessageMaxDecompressedBytes, 1);
        ValidateTopicDefaults(problems);
        if (MessageMaxBytes > LogSegmentBytes)
        {
            problems.Add(new("message.max.bytes", $"must fit into a segment (log.segment.bytes is {LogSegmentBytes})"));
        }

        if (!LogLevelName.IsKnown(LogLevel))
        {
            problems.Add(new("log.level", $"takes {LogLevelName.Choices}"));
        }

        if (HttpPort is < -1 or > ushort.MaxValue)
        {
            problems.Add(new("queue.http.port", "must be a port, 0 for a free one, or -1 for none"));
        }

        return problems;
    }

    private static long ToMs(long count, long unitMs) => count < 0 ? -1 : count * unitMs;

    private static void RequireAtLeast(List<ConfigProblem> problems, string key, long value, long least)
    {
        if (value < least)
        {
            problems.Add(new(key, $"is {value} but must be at least {least}"));
        }
    }

    private static void RequireOneOf(
        List<ConfigProblem> problems, string key, string value, ReadOnlySpan<string> allowed)
    {
        if (!allowed.Contains(value))
        {
            problems.Add(new(key, $"is '{value}' but must be one of {string.Join(", ", allowed.ToArray())}"));
        }
    }
}
