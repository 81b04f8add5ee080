using Kind = LogFlow.Queue.ConfigType;

namespace LogFlow.Queue;

/// <summary>
/// Every topic configuration of Apache Kafka 4.1, with its default there (DescribeConfigs of a real broker). Those
/// without effect here are kept, listed and returned all the same: tools set them.
/// </summary>
internal static class TopicConfigDefinitions
{
    private const string NoEffect = "Kept, without effect in this queue.";
    private const string FlushMessages =
        "Not set: every batch is synced before its ack. Above 1: RELAXED DURABILITY, acks come before the sync, which "
        + "follows after so many records; a power cut may lose what is not synced.";
    private const string FlushMs =
        "Not set or 0: every batch is synced before its ack. Above 0: RELAXED DURABILITY, acks come before the sync, "
        + "which follows after so long; a power cut may lose what is not synced.";
    private const string Ahead = "How far a record's time may be ahead of the queue's.";
    private const string Behind = "How far a record's time may be behind the queue's.";
    private const string DirtyRatio = "Share of a log not compacted yet that makes it due.";
    private const string LongMax = "9223372036854775807";

    public static IReadOnlyList<ConfigDefinition> All { get; } =
    [
        new("cleanup.policy", Kind.List, "delete", "delete, compact or both.", "log.cleanup.policy"),
        new("compression.gzip.level", Kind.Int, "-1", "Level of compression.type=gzip.", "compression.gzip.level"),
        new("compression.lz4.level", Kind.Int, "9", NoEffect, "compression.lz4.level"),
        new("compression.type", Kind.String, "producer", "Codec of stored batches, or as sent.", "compression.type"),
        new("compression.zstd.level", Kind.Int, "3", "Level of compression.type=zstd.", "compression.zstd.level"),
        new("delete.retention.ms", Kind.Long, "86400000", "Age of tombstones.", "log.cleaner.delete.retention.ms"),
        new("file.delete.delay.ms", Kind.Long, "60000", NoEffect, "log.segment.delete.delay.ms"),
        new("flush.messages", Kind.Long, LongMax, FlushMessages, "log.flush.interval.messages"),
        new("flush.ms", Kind.Long, LongMax, FlushMs, "log.flush.interval.ms"),
        new("follower.replication.throttled.replicas", Kind.List, "", NoEffect),
        new("index.interval.bytes", Kind.Int, "4096", "Bytes of records per index entry.", "log.index.interval.bytes"),
        new("leader.replication.throttled.replicas", Kind.List, "", NoEffect),
        new("local.retention.bytes", Kind.Long, "-2", NoEffect, "log.local.retention.bytes"),
        new("local.retention.ms", Kind.Long, "-2", NoEffect, "log.local.retention.ms"),
        new("max.compaction.lag.ms", Kind.Long, LongMax, "Compacted by then.", "log.cleaner.max.compaction.lag.ms"),
        new("max.message.bytes", Kind.Int, "1048588", "The largest record batch taken.", "message.max.bytes"),
        new("message.timestamp.after.max.ms", Kind.Long, "3600000", Ahead, "log.message.timestamp.after.max.ms"),
        new("message.timestamp.before.max.ms", Kind.Long, LongMax, Behind, "log.message.timestamp.before.max.ms"),
        new("message.timestamp.type", Kind.String, "CreateTime", "Or LogAppendTime.", "log.message.timestamp.type"),
        new("min.cleanable.dirty.ratio", Kind.Double, "0.5", DirtyRatio, "log.cleaner.min.cleanable.ratio"),
        new("min.compaction.lag.ms", Kind.Long, "0", "Not compacted before.", "log.cleaner.min.compaction.lag.ms"),
        new("min.insync.replicas", Kind.Int, "1", "Accepted; there is one replica.", "min.insync.replicas"),
        new("preallocate", Kind.Boolean, "false", "Segments are always pre-allocated.", "log.preallocate"),
        new("remote.log.copy.disable", Kind.Boolean, "false", NoEffect),
        new("remote.log.delete.on.disable", Kind.Boolean, "false", NoEffect),
        new("remote.storage.enable", Kind.Boolean, "false", NoEffect),
        new("retention.bytes", Kind.Long, "-1", "The most a partition keeps; -1: no limit.", "log.retention.bytes"),
        new("retention.ms", Kind.Long, "604800000", "How long records are kept; -1: for ever.", "log.retention.ms"),
        new("segment.bytes", Kind.Int, "1073741824", "Size of a segment file.", "log.segment.bytes"),
        new("segment.index.bytes", Kind.Int, "10485760", NoEffect, "log.index.size.max.bytes"),
        new("segment.jitter.ms", Kind.Long, "0", NoEffect, "log.roll.jitter.ms"),
        new("segment.ms", Kind.Long, "604800000", "A segment older than this is closed.", "log.roll.ms"),
        new("unclean.leader.election.enable", Kind.Boolean, "false", NoEffect, "unclean.leader.election.enable"),
    ];
}
