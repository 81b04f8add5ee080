using System.Globalization;
using LogFlow.Kafka.Protocol.Records;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A topic's effective settings: the queue's defaults with the topic's own overrides on top. Immutable; swapped whole.
/// Names and defaults are Kafka's (https://kafka.apache.org/documentation/#topicconfigs).
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

    /// <summary><c>max.message.bytes</c> of a batch as stored.</summary>
    public int MaxMessageBytes { get; init; } = (1 << 20) + 12;

    /// <summary><c>index.interval.bytes</c>.</summary>
    public int IndexIntervalBytes { get; init; } = 4096;

    /// <summary><c>cleanup.policy</c> contains delete.</summary>
    public bool IsDeleted { get; init; } = true;

    /// <summary><c>cleanup.policy</c> contains compact.</summary>
    public bool IsCompacted { get; init; }

    /// <summary><c>message.timestamp.type</c> is LogAppendTime.</summary>
    public bool IsLogAppendTime { get; init; }

    /// <summary><c>compression.type</c>; null: as the producer sent it.</summary>
    public CompressionType? Compression { get; init; }

    /// <summary>What the topic sets itself, as written. Also holds Kafka's keys that have no effect here.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    /// <summary>Applies a topic's overrides. Keys that are not known are kept and have no effect.</summary>
    /// <param name="overrides">Kafka's names and values.</param>
    /// <param name="problem">The first value that is not valid, for people; else null.</param>
    public TopicConfig With(IReadOnlyDictionary<string, string> overrides, out string? problem)
    {
        var config = this with { Overrides = new Dictionary<string, string>(overrides) };
        problem = null;
        foreach (var (key, value) in overrides)
        {
            if (config.TrySet(key, value) is { } changed)
            {
                config = changed;
            }
            else
            {
                problem ??= $"Invalid value {value} for configuration {key}";
            }
        }

        return config;
    }

    private TopicConfig? TrySet(string key, string value) => key switch
    {
        "retention.ms" => TryLong(value, -1, long.MaxValue) is { } number ? this with { RetentionMs = number } : null,
        "retention.bytes" =>
            TryLong(value, -1, long.MaxValue) is { } number ? this with { RetentionBytes = number } : null,
        "segment.bytes" =>
            TryLong(value, 14, int.MaxValue) is { } number ? this with { SegmentBytes = (int)number } : null,
        "segment.ms" => TryLong(value, 1, long.MaxValue) is { } number ? this with { SegmentMs = number } : null,
        "max.message.bytes" =>
            TryLong(value, 0, int.MaxValue) is { } number ? this with { MaxMessageBytes = (int)number } : null,
        "index.interval.bytes" =>
            TryLong(value, 0, int.MaxValue) is { } number ? this with { IndexIntervalBytes = (int)number } : null,
        "cleanup.policy" => TrySetCleanupPolicy(value),
        "message.timestamp.type" =>
            value is "CreateTime" or "LogAppendTime" ? this with { IsLogAppendTime = value == "LogAppendTime" } : null,
        "compression.type" => TrySetCompression(value),
        _ => this,
    };

    private TopicConfig? TrySetCleanupPolicy(string value)
    {
        var policies = value.Split(',', StringSplitOptions.TrimEntries);
        return policies.All(policy => policy is "delete" or "compact")
            ? this with { IsDeleted = policies.Contains("delete"), IsCompacted = policies.Contains("compact") }
            : null;
    }

    private TopicConfig? TrySetCompression(string value) => value switch
    {
        "producer" => this with { Compression = null },
        "uncompressed" => this with { Compression = CompressionType.None },
        "gzip" => this with { Compression = CompressionType.Gzip },
        "snappy" => this with { Compression = CompressionType.Snappy },
        "lz4" => this with { Compression = CompressionType.Lz4 },
        "zstd" => this with { Compression = CompressionType.Zstd },
        _ => null,
    };

    private static long? TryLong(string value, long min, long max) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= min && number <= max
            ? number
            : null;
}
