using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <content>What topics use that do not say otherwise, and how compaction works. Defaults are Kafka's.</content>
public partial class QueueConfig
{
    /// <summary>delete, compact or both.</summary>
    [ConfigKey("log.cleanup.policy")]
    public List<string> LogCleanupPolicy { get; set; } = ["delete"];

    [ConfigKey("log.cleaner.enable")]
    public bool LogCleanerEnable { get; set; } = true;

    /// <summary>How often compaction looks for work.</summary>
    [ConfigKey("log.cleaner.backoff.ms")]
    public long LogCleanerBackoffMs { get; set; } = 15_000;

    /// <summary>Memory of compaction. Ours: 32 MiB, about a million keys a pass (Kafka: 128 MiB).</summary>
    [ConfigKey("log.cleaner.dedupe.buffer.size")]
    public long LogCleanerDedupeBufferSize { get; set; } = 32 << 20;

    [ConfigKey("log.cleaner.delete.retention.ms")]
    public long LogCleanerDeleteRetentionMs { get; set; } = 86_400_000;

    [ConfigKey("log.cleaner.min.cleanable.ratio")]
    public double LogCleanerMinCleanableRatio { get; set; } = 0.5;

    [ConfigKey("log.cleaner.min.compaction.lag.ms")]
    public long LogCleanerMinCompactionLagMs { get; set; }

    [ConfigKey("log.cleaner.max.compaction.lag.ms")]
    public long LogCleanerMaxCompactionLagMs { get; set; } = long.MaxValue;

    [ConfigKey("log.index.interval.bytes")]
    public int LogIndexIntervalBytes { get; set; } = 4096;

    [ConfigKey("log.message.timestamp.before.max.ms")]
    public long LogMessageTimestampBeforeMaxMs { get; set; } = long.MaxValue;

    [ConfigKey("log.message.timestamp.after.max.ms")]
    public long LogMessageTimestampAfterMaxMs { get; set; } = 3_600_000;

    /// <summary>
    /// Not set: every batch is synced before it is acknowledged. Above 1 (Kafka's own default is never): records are
    /// acknowledged first and synced after so many.
    /// </summary>
    [ConfigKey("log.flush.interval.messages")]
    public long LogFlushIntervalMessages { get; set; } = long.MaxValue;

    /// <summary>As <see cref="LogFlushIntervalMessages"/>, by time.</summary>
    [ConfigKey("log.flush.interval.ms")]
    public long? LogFlushIntervalMs { get; set; }

    /// <summary>Accepted; there is one replica, and it is in sync.</summary>
    [ConfigKey("min.insync.replicas")]
    public int MinInsyncReplicas { get; set; } = 1;

    [ConfigKey("compression.gzip.level")]
    public int CompressionGzipLevel { get; set; } = -1;

    [ConfigKey("compression.zstd.level")]
    public int CompressionZstdLevel { get; set; } = 3;

    /// <summary>The settings that topics start from.</summary>
    internal TopicConfig CreateTopicConfig(out string? problem) => new TopicConfig
    {
        RetentionMs = EffectiveRetentionMs,
        RetentionBytes = LogRetentionBytes,
        SegmentBytes = LogSegmentBytes,
        SegmentMs = EffectiveRollMs,
        MaxMessageBytes = MessageMaxBytes,
    }.With(
        new Dictionary<string, string>
        {
            ["cleanup.policy"] = string.Join(',', LogCleanupPolicy),
            ["delete.retention.ms"] = Text(LogCleanerDeleteRetentionMs),
            ["min.cleanable.dirty.ratio"] = LogCleanerMinCleanableRatio.ToString(CultureInfo.InvariantCulture),
            ["min.compaction.lag.ms"] = Text(LogCleanerMinCompactionLagMs),
            ["max.compaction.lag.ms"] = Text(LogCleanerMaxCompactionLagMs),
            ["index.interval.bytes"] = Text(LogIndexIntervalBytes),
            ["message.timestamp.type"] = LogMessageTimestampType,
            ["message.timestamp.before.max.ms"] = Text(LogMessageTimestampBeforeMaxMs),
            ["message.timestamp.after.max.ms"] = Text(LogMessageTimestampAfterMaxMs),
            ["flush.messages"] = Text(LogFlushIntervalMessages),
            ["flush.ms"] = Text(LogFlushIntervalMs ?? long.MaxValue),
            ["min.insync.replicas"] = Text(MinInsyncReplicas),
            ["compression.type"] = CompressionType == "none" ? "uncompressed" : CompressionType,
            ["compression.gzip.level"] = Text(CompressionGzipLevel),
            ["compression.zstd.level"] = Text(CompressionZstdLevel),
        },
        out problem) with
    { Overrides = new Dictionary<string, string>() };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private void ValidateTopicDefaults(List<ConfigProblem> problems)
    {
        RequireAtLeast(problems, "log.cleaner.backoff.ms", LogCleanerBackoffMs, 1);
        RequireAtLeast(problems, "log.cleaner.dedupe.buffer.size", LogCleanerDedupeBufferSize, 1 << 20);
        if (LogCleanerMinCleanableRatio is < 0 or > 1)
        {
            problems.Add(new("log.cleaner.min.cleanable.ratio", "must be between 0 and 1"));
        }

        RequireAtLeast(problems, "log.cleaner.min.compaction.lag.ms", LogCleanerMinCompactionLagMs, 0);
        RequireAtLeast(
            problems,
            "log.cleaner.max.compaction.lag.ms",
            LogCleanerMaxCompactionLagMs,
            Math.Max(1, LogCleanerMinCompactionLagMs));
        RequireAtLeast(problems, "log.cleaner.delete.retention.ms", LogCleanerDeleteRetentionMs, 0);
        RequireAtLeast(problems, "log.index.interval.bytes", LogIndexIntervalBytes, 0);
        RequireAtLeast(problems, "log.message.timestamp.before.max.ms", LogMessageTimestampBeforeMaxMs, 0);
        RequireAtLeast(problems, "log.message.timestamp.after.max.ms", LogMessageTimestampAfterMaxMs, 0);
        RequireAtLeast(problems, "log.flush.interval.messages", LogFlushIntervalMessages, 1);
        RequireAtLeast(problems, "log.flush.interval.ms", LogFlushIntervalMs ?? 0, 0);
        RequireAtLeast(problems, "min.insync.replicas", MinInsyncReplicas, 1);
        foreach (var policy in LogCleanupPolicy)
        {
            RequireOneOf(problems, "log.cleanup.policy", policy, ["delete", "compact"]);
        }

        if (CompressionGzipLevel is < -1 or 0 or > 9)
        {
            problems.Add(new("compression.gzip.level", "must be between 1 and 9, or -1 for the default"));
        }

        if (CompressionZstdLevel is < -131072 or > 22)
        {
            problems.Add(new("compression.zstd.level", "must be between -131072 and 22"));
        }
    }
}
