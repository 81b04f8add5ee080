using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A topic's effective settings: the queue's defaults with the topic's own overrides on top. Immutable; swapped whole.
/// Names and defaults are Kafka's (https://kafka.apache.org/documentation/#topicconfigs); TopicConfigParser reads them.
/// </summary>
public sealed record TopicConfig
{
    /// <summary>Kafka's defaults.</summary>
    public static TopicConfig Default { get; } = new();

    /// <summary><c>retention.ms</c>; -1: no limit.</summary>
    public long RetentionMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary><c>retention.bytes</c> of a partition; -1: no limit.</summary>
    public long RetentionBytes { get; init; } = -1;

    /// <summary><c>segment.bytes</c>.</summary>
    public int SegmentBytes { get; init; } = 1 << 30;

    /// <summary><c>segment.ms</c>: a segment that is older is rolled with the next append.</summary>
    public long SegmentMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary><c>max.message.bytes</c> of a batch, as sent and as stored.</summary>
    public int MaxMessageBytes { get; init; } = (1 << 20) + 12;

    /// <summary><c>index.interval.bytes</c>.</summary>
    public int IndexIntervalBytes { get; init; } = 4096;

    /// <summary><c>cleanup.policy</c> contains delete.</summary>
    public bool IsDeleted { get; init; } = true;

    /// <summary><c>cleanup.policy</c> contains compact.</summary>
    public bool IsCompacted { get; init; }

    /// <summary>
    /// <c>delete.retention.ms</c>: how long compaction keeps tombstones, from when it first meets them.
    /// </summary>
    public long DeleteRetentionMs { get; init; } = 24L * 60 * 60 * 1000;

    /// <summary><c>min.cleanable.dirty.ratio</c>: bytes not compacted yet, of all, that make cleaning due.</summary>
    public double MinCleanableDirtyRatio { get; init; } = 0.5;

    /// <summary><c>min.compaction.lag.ms</c>: records stay as they are for so long.</summary>
    public long MinCompactionLagMs { get; init; }

    /// <summary><c>max.compaction.lag.ms</c>: records older than that make cleaning due, whatever the ratio.</summary>
    public long MaxCompactionLagMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.type</c> is LogAppendTime.</summary>
    public bool IsLogAppendTime { get; init; }

    /// <summary><c>message.timestamp.before.max.ms</c>: how far behind the clock a record's time may be.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.after.max.ms</c>: how far ahead of the clock a record's time may be.</summary>
    public long TimestampAfterMaxMs { get; init; } = 60L * 60 * 1000;

    /// <summary><c>compression.type</c>; null: as the producer sent it.</summary>
    public CompressionType? Compression { get; init; }

    /// <summary><c>compression.gzip.level</c>; -1: zlib's own.</summary>
    public int GzipLevel { get; init; } = -1;

    /// <summary><c>compression.zstd.level</c>.</summary>
    public int ZstdLevel { get; init; } = 3;

    /// <summary><c>flush.messages</c>; long.MaxValue: not set.</summary>
    public long FlushMessages { get; init; } = long.MaxValue;

    /// <summary><c>flush.ms</c>; long.MaxValue: not set.</summary>
    public long FlushMs { get; init; } = long.MaxValue;

    /// <summary>What the topic sets itself, as written. Also holds Kafka's keys that have no effect here.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Acknowledgements do not wait for fdatasync: <c>flush.messages</c> above one, or <c>flush.ms</c> above zero, was
    /// asked for. In Kafka these make durability stricter than the page cache; here everything is synced unless they
    /// are set, so they say how much may be lost.
    /// </summary>
    public bool IsDurabilityRelaxed =>
        (FlushMessages != long.MaxValue && FlushMessages > 1) || (FlushMs != long.MaxValue && FlushMs > 0);

    /// <summary>
    /// When a segment is old enough to be rolled: compaction leaves the active segment alone, so it must not stay
    /// active for longer than <c>max.compaction.lag.ms</c>.
    /// </summary>
    internal long EffectiveSegmentMs =>
        IsCompacted && MaxCompactionLagMs > 0 ? Math.Min(SegmentMs, MaxCompactionLagMs) : SegmentMs;

    /// <summary>The level that batches are recompressed with.</summary>
    internal int LevelOf(CompressionType compression) => compression switch
    {
        CompressionType.Gzip => GzipLevel < 0 ? 6 : GzipLevel,
        CompressionType.Zstd => ZstdLevel,
        _ => 1,
    };

    /// <summary>Applies a topic's overrides. Keys that are not known are kept and have no effect.</summary>
    /// <param name="overrides">Kafka's names and values.</param>
    /// <param name="problem">The first value that is not valid, for people; else null.</param>
    public TopicConfig With(IReadOnlyDictionary<string, string> overrides, out string? problem)
    {
        var config = this with { Overrides = new Dictionary<string, string>(overrides) };
        problem = null;
        foreach (var (key, value) in overrides)
        {
            if (TopicConfigParser.TrySet(config, key, value) is { } changed)
            {
                config = changed;
            }
            else
            {
                problem ??= $"Invalid value {value} for configuration {key}";
            }
        }

        if (config.MinCompactionLagMs > config.MaxCompactionLagMs)
        {
            problem ??= $"conflict topic config setting min.compaction.lag.ms ({config.MinCompactionLagMs}) > "
                + $"max.compaction.lag.ms ({config.MaxCompactionLagMs})";
        }

        return config;
    }
}
