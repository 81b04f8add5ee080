using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>What of a partition may be compacted now, and whether it is worth it (Kafka's LogToClean).</summary>
/// <param name="Segments">Sealed segments from the log's start up to the first that must stay as it is.</param>
/// <param name="DirtyOffset">The first offset that was not compacted before.</param>
/// <param name="EndOffset">The first offset that must stay as it is.</param>
/// <param name="StableOffset">Where the first open transaction begins; records from here on stay as well.</param>
/// <param name="DirtyBytes">Bytes of segments from the dirty offset on.</param>
/// <param name="DirtyRatio">Their share of all these segments.</param>
/// <param name="IsDue">The ratio, or the age of the oldest dirty record, calls for it.</param>
internal sealed record CleaningPlan(
    LogSegment[] Segments,
    long DirtyOffset,
    long EndOffset,
    long StableOffset,
    long DirtyBytes,
    double DirtyRatio,
    bool IsDue)
{
    /// <summary>Null where nothing can be compacted.</summary>
    public static CleaningPlan? Create(PartitionLog log, long nowMs)
    {
        var config = log.Topic.Config;
        if (!config.IsCompacted || log.IsOffline || log.IsDeleted || log.IsSwapping)
        {
            return null;
        }

        var all = log.Segments;
        var dirtyOffset = Math.Max(log.Cleaner.DirtyOffset, log.LogStartOffset);
        var stableOffset = log.LastStableOffset;
        var count = 0;
        var cleanBytes = 0L;
        var dirtyBytes = 0L;
        long? oldestDirtyMs = null;
        for (; count < all.Count - 1 && all[count].BaseOffset < stableOffset; count++)
        {
            var segment = all[count];
            if (all[count + 1].BaseOffset <= dirtyOffset)
            {
                cleanBytes += segment.EndPosition;
                continue;
            }

            if (config.MinCompactionLagMs > 0 && segment.MaxTimestampMs > nowMs - config.MinCompactionLagMs)
            {
                break;
            }

            oldestDirtyMs ??= config.MaxCompactionLagMs == long.MaxValue ? long.MaxValue : ReadFirstTimestamp(segment);
            dirtyBytes += segment.EndPosition;
        }

        if (dirtyBytes == 0 || stableOffset <= dirtyOffset)
        {
            return null;
        }

        var ratio = (double)dirtyBytes / (cleanBytes + dirtyBytes);
        var isOverdue = oldestDirtyMs is { } ms && ms < nowMs - config.MaxCompactionLagMs;
        return new CleaningPlan(
            [.. all.Take(count)], dirtyOffset, all[count].BaseOffset, stableOffset, dirtyBytes, ratio,
            isOverdue || ratio > config.MinCleanableDirtyRatio);
    }

    private static long ReadFirstTimestamp(LogSegment segment)
    {
        Span<byte> header = stackalloc byte[RecordBatchHeader.Size];
        return segment.Read(header, 0) == header.Length ? RecordBatchHeader.Read(header).MaxTimestampMs : long.MaxValue;
    }
}
