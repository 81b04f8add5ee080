using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What becomes of damage that is met in what was durable: the writer thread puts it aside, with a gap in the offsets,
/// and the rest is served.
/// </summary>
internal sealed partial class DamageRepair(StorageContext context, PublishedLog published)
{
    /// <summary>
    /// Says it and has it put aside. This read fails; the next one finds the log mended. Any thread.
    /// </summary>
    public ReadResult Report(LogSegment segment, long position, long offset)
    {
        if (!segment.IsDeleted)
        {
            Log.DamageFound(context.Logger, segment.LogPath, published.Label, position, offset);
            context.Writer.Enqueue(new PostedOperation(() => PutDamageAside(segment, position)));
        }

        return published.NoBatches(ErrorCode.KafkaStorageError);
    }

    /// <summary>Writer: takes a damaged run of bytes out of a segment; see SegmentRepair.</summary>
    private bool PutDamageAside(LogSegment segment, long position)
    {
        var index = Array.IndexOf(published.Segments, segment);
        if (index < 0 || position >= segment.EndPosition
            || published.IsOffline || published.IsDeleted || published.IsSwapping)
        {
            return false;
        }

        try
        {
            var isActive = segment == published.Active;
            var following = isActive ? -1 : published.Segments[index + 1].BaseOffset;
            (position, var nextOffset) = FindOrderBefore(segment, position);
            var rest = SegmentRepair.CutOut(
                context,
                published.Label,
                published.DirectoryPath,
                segment,
                position,
                segment.EndPosition,
                nextOffset,
                following).Rest;
            if (isActive)
            {
                rest ??= new LogSegment(
                    context.Files, published.DirectoryPath, published.LogEndOffset, 0, isSealed: false)
                {
                    MaxTimestampMs = LogSegment.NoTimestamp,
                };
            }
            else
            {
                rest?.Seal(following);
            }

            published.Segments = rest is null
                ? published.Segments
                : [.. published.Segments[..(index + 1)], rest, .. published.Segments[(index + 1)..]];
            published.IsStateChanged = true;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.RepairFailed(context.Logger, error, segment.LogPath, published.Label);
            return false;
        }
    }

    /// <summary>
    /// The offset that should stand at a position, by the batches before it; an earlier position where one of those is
    /// out of order.
    /// </summary>
    private (long Position, long NextOffset) FindOrderBefore(LogSegment segment, long position)
    {
        var nextOffset = segment.BaseOffset;
        using var scanner = new SegmentScanner(segment, 0, position, verifiesCrc: false)
        {
            ExpectedOffset = segment.BaseOffset,
            GapEndOffset = published.Cleaner.GapEndOffset,
        };
        while (scanner.MoveNext())
        {
            nextOffset = scanner.Header.NextOffset;
        }

        return (scanner.Error == RecordBatchError.OffsetOutOfOrder ? scanner.NextPosition : position, nextOffset);
    }

    private static partial class Log
    {
        [LoggerMessage(2025, LogLevel.Error,
            "The file {Path} of partition {Partition} is damaged at position {Position} (offset {Offset}).")]
        public static partial void DamageFound(
            ILogger logger, string path, string partition, long position, long offset);

        [LoggerMessage(2027, LogLevel.Error, "The damage in {Path} of partition {Partition} could not be put aside.")]
        public static partial void RepairFailed(ILogger logger, Exception error, string path, string partition);
    }
}
