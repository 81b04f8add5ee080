using System.Globalization;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>Reads the values of topic settings, with Kafka's limits.</summary>
internal static class TopicConfigParser
{
    /// <summary>The config with one key set; null where the value is not valid. Unknown keys change nothing.</summary>
    public static TopicConfig? TrySet(TopicConfig config, string key, string value) => key switch
    {
        "retention.ms" => Long(value, -1) is { } number ? config with { RetentionMs = number } : null,
        "retention.bytes" => Long(value, -1) is { } number ? config with { RetentionBytes = number } : null,
        "segment.bytes" => Int(value, 14) is { } number ? config with { SegmentBytes = number } : null,
        "segment.ms" => Long(value, 1) is { } number ? config with { SegmentMs = number } : null,
        "max.message.bytes" => Int(value, 0) is { } number ? config with { MaxMessageBytes = number } : null,
        "index.interval.bytes" => Int(value, 0) is { } number ? config with { IndexIntervalBytes = number } : null,
        "cleanup.policy" => TrySetCleanupPolicy(config, value),
        "delete.retention.ms" => Long(value, 0) is { } number ? config with { DeleteRetentionMs = number } : null,
        "min.cleanable.dirty.ratio" =>
            Ratio(value) is { } number ? config with { MinCleanableDirtyRatio = number } : null,
        "min.compaction.lag.ms" => Long(value, 0) is { } number ? config with { MinCompactionLagMs = number } : null,
        "max.compaction.lag.ms" => Long(value, 1) is { } number ? config with { MaxCompactionLagMs = number } : null,
        "message.timestamp.type" => value is "CreateTime" or "LogAppendTime"
            ? config with { IsLogAppendTime = value == "LogAppendTime" }
            : null,
        "message.timestamp.before.max.ms" =>
            Long(value, 0) is { } number ? config with { TimestampBeforeMaxMs = number } : null,
        "message.timestamp.after.max.ms" =>
            Long(value, 0) is { } number ? config with { TimestampAfterMaxMs = number } : null,
        "flush.messages" => Long(value, 1) is { } number ? config with { FlushMessages = number } : null,
        "flush.ms" => Long(value, 0) is { } number ? config with { FlushMs = number } : null,
        "min.insync.replicas" => Int(value, 1) is not null ? config : null,
        "compression.type" => TrySetCompression(config, value),
        "compression.gzip.level" =>
            Int(value, -1) is { } level and not 0 and <= 9 ? config with { GzipLevel = level } : null,
        "compression.zstd.level" =>
            Int(value, -131072) is { } level and <= 22 ? config with { ZstdLevel = level } : null,
        "compression.lz4.level" => Int(value, 1) is <= 17 ? config : null,
        _ => config,
    };

    private static TopicConfig? TrySetCleanupPolicy(TopicConfig config, string value)
    {
        var policies = value.Split(',', StringSplitOptions.TrimEntries);
        return policies.All(policy => policy is "delete" or "compact")
            ? config with { IsDeleted = policies.Contains("delete"), IsCompacted = policies.Contains("compact") }
            : null;
    }

    private static TopicConfig? TrySetCompression(TopicConfig config, string value) => value switch
    {
        "producer" => config with { Compression = null },
        "uncompressed" => config with { Compression = CompressionType.None },
        "gzip" => config with { Compression = CompressionType.Gzip },
        "snappy" => config with { Compression = CompressionType.Snappy },
        "lz4" => config with { Compression = CompressionType.Lz4 },
        "zstd" => config with { Compression = CompressionType.Zstd },
        _ => null,
    };

    private static double? Ratio(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number is >= 0 and <= 1
            ? number
            : null;

    private static int? Int(string value, long min) => (int?)Number(value, min, int.MaxValue);

    private static long? Long(string value, long min) => Number(value, min, long.MaxValue);

    private static long? Number(string value, long min, long max) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= min && number <= max
            ? number
            : null;
}
