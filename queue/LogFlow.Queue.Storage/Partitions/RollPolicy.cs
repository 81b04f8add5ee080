using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>When the active segment gives way to the next. Writer thread.</summary>
internal static class RollPolicy
{
    /// <param name="active">A segment that is not empty.</param>
    /// <param name="header">The batch that comes next.</param>
    /// <param name="offset">The batch's offset.</param>
    /// <param name="config">The topic's.</param>
    /// <param name="nowMs">The queue's clock.</param>
    public static bool IsDue(
        LogSegment active, in RecordBatchHeader header, long offset, TopicConfig config, long nowMs)
    {
        if (active.FirstAppendMs == 0)
        {
            active.FirstAppendMs = ReadFirstTimestamp(active, nowMs);
        }

        // A clock that was set back would keep the segment open for as long as that.
        active.FirstAppendMs = Math.Min(active.FirstAppendMs, nowMs);
        return active.EndPosition + header.TotalSize > config.SegmentBytes
            || offset + header.LastOffsetDelta - active.BaseOffset > int.MaxValue
            || nowMs - active.FirstAppendMs > config.EffectiveSegmentMs;
    }

    /// <summary>When a segment of an earlier start was begun, by its first batch; never in the future.</summary>
    private static long ReadFirstTimestamp(LogSegment segment, long nowMs)
    {
        Span<byte> header = stackalloc byte[RecordBatchHeader.Size];
        return segment.Read(header, 0) == header.Length
            ? Math.Clamp(RecordBatchHeader.Read(header).MaxTimestampMs, 1, nowMs)
            : nowMs;
    }
}
