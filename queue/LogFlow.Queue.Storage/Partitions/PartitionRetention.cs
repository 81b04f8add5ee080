using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>What goes from a partition's front, by its settings or by request. Writer thread.</summary>
internal sealed partial class PartitionRetention(
    StorageContext context, PublishedLog published, PartitionWriter writer, LeaderEpochs epochs)
{
    /// <summary>
    /// Removes what retention does not keep: whole segments from the front, by size, or by age of their newest record.
    /// Counts from the later of record time and file time, and not from record times in the future: a wrong clock at a
    /// producer must neither remove records at once nor keep them for ever. Segments below the log's start go as well.
    /// </summary>
    /// <returns>Segments whose files are to be deleted, off the writer thread.</returns>
    public IReadOnlyList<LogSegment> Apply(long nowMs)
    {
        var config = published.Topic.Config;
        if (published.IsOffline || published.IsDeleted || published.IsSwapping)
        {
            return [];
        }

        var segments = published.Segments;
        var count = 0;
        var size = published.SizeInBytes;

        // Compaction may leave a sealed segment empty; an active one that is empty is where the log ends.
        while (count < segments.Length && (count < segments.Length - 1 || segments[count].EndPosition > 0))
        {
            var segment = segments[count];
            var isBelowStart = count + 1 < segments.Length
                && segments[count + 1].BaseOffset <= published.LogStartOffset;
            var isOverSize = config.IsDeleted
                && config.RetentionBytes >= 0 && size - segment.EndPosition >= config.RetentionBytes;
            var isOverAge = config.IsDeleted && !isBelowStart && !isOverSize
                && config.RetentionMs >= 0 && IsOlderThan(segment, config.RetentionMs, nowMs);
            if (!isBelowStart && !isOverSize && !isOverAge)
            {
                break;
            }

            // By size, the segment that is being written stays.
            if (isOverSize && count == segments.Length - 1)
            {
                break;
            }

            size -= segment.EndPosition;
            count++;
        }

        if (count == 0 || (count == segments.Length && !writer.TryRollEmpty()))
        {
            return [];
        }

        return RemoveFirst(count);
    }

    /// <summary>Moves the log's start up; -1: to the high watermark. OffsetOutOfRange above it.</summary>
    public (ErrorCode Error, IReadOnlyList<LogSegment> Removed) MoveLogStart(long beforeOffset)
    {
        var target = beforeOffset == -1 ? published.HighWatermark : beforeOffset;
        if (published.IsDeleted)
        {
            return (ErrorCode.UnknownTopicOrPartition, []);
        }

        if (target < 0 || target > published.HighWatermark)
        {
            return (ErrorCode.OffsetOutOfRange, []);
        }

        if (target <= published.LogStartOffset)
        {
            return (ErrorCode.None, []);
        }

        SetLogStart(target);
        var count = 0;
        while (count + 1 < published.Segments.Length && published.Segments[count + 1].BaseOffset <= target)
        {
            count++;
        }

        // While compaction exchanges segments their files stay; retention removes what lies below the start.
        return (ErrorCode.None, count == 0 || published.IsSwapping ? [] : RemoveFirst(count));
    }

    private LogSegment[] RemoveFirst(int count)
    {
        var segments = published.Segments;
        var removed = segments[..count];
        published.Segments = segments[count..];
        SetLogStart(Math.Max(published.LogStartOffset, published.Segments[0].BaseOffset));
        Log.RetentionRemoves(context.Logger, published.Label, count, published.LogStartOffset);
        return removed;
    }

    private void SetLogStart(long offset)
    {
        published.LogStartOffset = offset;
        epochs.TruncateStart(offset);
        published.Aborted.TruncateStart(offset);
        published.IsStateChanged = true;
    }

    /// <summary>
    /// By the clock on the wall, and, where this process wrote the segment, by the monotonic one as well: setting the
    /// clock forward must not remove what was appended a moment ago.
    /// </summary>
    private bool IsOlderThan(LogSegment segment, long ageMs, long nowMs)
    {
        if (nowMs - LastChangeMs(segment, nowMs) <= ageMs)
        {
            return false;
        }

        return segment.LastAppendTimestamp == 0
            || context.Time.GetElapsedTime(segment.LastAppendTimestamp).TotalMilliseconds > ageMs;
    }

    private long LastChangeMs(LogSegment segment, long nowMs)
    {
        var writtenMs = context.Files.GetLastWriteTime(segment.LogPath).ToUnixTimeMilliseconds();
        var recordMs = segment.MaxTimestampMs;
        return recordMs > nowMs ? writtenMs : Math.Max(recordMs, writtenMs);
    }

    private static partial class Log
    {
        [LoggerMessage(2023, LogLevel.Information,
            "Retention of {Partition} removes {Count} segments; the log now starts at offset {Offset}.")]
        public static partial void RetentionRemoves(ILogger logger, string partition, int count, long offset);
    }
}
