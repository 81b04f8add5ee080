using System.Buffers;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>Reads a partition's batches. Any thread, without locks, over what is published.</summary>
internal sealed partial class PartitionReader(
    StorageContext context, PublishedLog published, BatchSearch search, DamageRepair damage)
{
    /// <summary>
    /// Reads durable batches from the one that holds <paramref name="offset"/> on, up to
    /// <paramref name="maxBytes"/>; the first is returned whole even where it is larger. Never waits for data.
    /// Many bytes that this process has written or checked itself are left in their file (<see cref="FileRegion"/>);
    /// others are read into memory, where each batch is checked.
    /// </summary>
    /// <param name="offset">The first offset wanted.</param>
    /// <param name="maxBytes">The most bytes.</param>
    /// <param name="maxMemoryBytes">The most bytes that are read into memory.</param>
    /// <param name="isReadCommitted">
    /// Read only below the last stable offset, and say which transactions in what is read were aborted.
    /// </param>
    public ReadResult Read(long offset, int maxBytes, int maxMemoryBytes = int.MaxValue, bool isReadCommitted = false)
    {
        try
        {
            while (true)
            {
                var highWatermark = published.HighWatermark;
                if (offset < published.LogStartOffset || offset > highWatermark)
                {
                    return published.NoBatches(ErrorCode.OffsetOutOfRange);
                }

                var end = published.VisibleEnd(isReadCommitted);
                if (offset >= end)
                {
                    return published.NoBatches(ErrorCode.None);
                }

                try
                {
                    // Behind the end, which publishes it; before the segments, whose cleaning empties it.
                    var aborted = published.Aborted.Capture();
                    var result = ReadFrom(
                        offset, end, Math.Max(0, maxBytes), Math.Clamp(maxMemoryBytes, 0, Math.Max(0, maxBytes)));
                    return isReadCommitted && !result.Batches.IsEmpty
                        ? result.WithAborted(aborted.Find(offset, result.NextOffset))
                        : result;
                }
                catch (ObjectDisposedException) when (!published.IsDeleted)
                {
                    // Retention removed the segment meanwhile; look again.
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return published.NoBatches(ErrorCode.UnknownTopicOrPartition);
        }
        catch (IOException error) when (OutOfDescriptors.Is(error))
        {
            // The reserve has said it; the reader asks again.
            return published.NoBatches(ErrorCode.KafkaStorageError);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.ReadFailed(context.Logger, error, published.Label, offset);
            return published.NoBatches(ErrorCode.KafkaStorageError);
        }
    }

    /// <summary>A region of it could not be read to its end: its next readers are told so by an answer.</summary>
    public void DistrustRegion(LogSegment segment, IOException error)
    {
        segment.Distrust();
        Log.RegionFailed(context.Logger, error, published.Label);
    }

    private ReadResult ReadFrom(long offset, long endOffset, int maxBytes, int maxMemoryBytes)
    {
        var segments = published.Segments;
        for (var index = BatchSearch.FindSegment(segments, offset); index < segments.Length; index++)
        {
            var segment = segments[index];
            var (error, position, size) = search.FindBatch(segment, Math.Max(0, offset - segment.BaseOffset));
            if (error != RecordBatchError.None)
            {
                return damage.Report(segment, position, offset);
            }

            if (size > 0)
            {
                return FindRegion(segment, position, maxBytes, endOffset)
                    ?? ReadBatches(segment, position, size, maxMemoryBytes, offset, endOffset);
            }
        }

        return published.NoBatches(ErrorCode.None);
    }

    /// <summary>
    /// The batches from a position on, up to so many bytes or the end offset, if they need not be looked at one by one;
    /// null where they must be, or where they are few.
    /// </summary>
    private ReadResult? FindRegion(LogSegment segment, long position, int maxBytes, long endOffset)
    {
        var bytesMin = context.Options.RegionBytesMin;
        var durablePosition = segment.DurablePosition;
        if (position < segment.UnverifiedEnd || Math.Min(maxBytes, durablePosition - position) < bytesMin)
        {
            return null;
        }

        var end = durablePosition;
        var nextOffset = long.MaxValue;
        if (durablePosition - position > maxBytes)
        {
            // Index entries stand where batches begin.
            var entry = segment.Index.FindPosition(position + maxBytes);
            if (entry.Position <= position || !search.IsIndexRight(segment, entry))
            {
                return null;
            }

            end = entry.Position;
            nextOffset = segment.BaseOffset + entry.RelativeOffset;
        }

        if (nextOffset > endOffset)
        {
            // What became durable since, or belongs to an open transaction, stands behind the end offset.
            (var error, end, _) = search.FindBatch(segment, endOffset - segment.BaseOffset);
            nextOffset = segment.IsSealed
                ? Math.Min(endOffset, segment.BaseOffset + segment.Index.Last.RelativeOffset)
                : endOffset;
            if (error != RecordBatchError.None)
            {
                return null;
            }
        }

        return end - position < bytesMin
            ? null
            : Batches(
                new FileRegion(this, segment, position, (int)(end - position)), (int)(end - position), nextOffset);
    }

    private ReadResult ReadBatches(
        LogSegment segment, long position, int firstSize, int maxBytes, long offset, long endOffset)
    {
        var length = (int)Math.Min(segment.DurablePosition - position, Math.Max(maxBytes, firstSize));
        var buffer = PooledBuffer.Rent(length);
        try
        {
            length = segment.Read(buffer.Span, position);
            var end = 0;
            var nextOffset = segment.BaseOffset;
            var walk = RecordBatch.Walk(buffer.Span[..length]);
            var readOffset = nextOffset;
            var isEndReached = false;
            var gapEndOffset = published.Cleaner.GapEndOffset;
            while (walk.MoveNext())
            {
                // Only a reader of committed records stops before the end; a transaction begins with a batch.
                if (walk.Header.BaseOffset >= endOffset && walk.Header.BaseOffset < published.LogEndOffset)
                {
                    isEndReached = true;
                    break;
                }

                // The CRC does not cover the offset. That of the first was found right by the search.
                var isOffsetPossible = walk.Header.NextOffset <= published.LogEndOffset
                    && (walk.Position == 0
                        || CleanerCheckpoint.Follows(nextOffset, walk.Header.BaseOffset, gapEndOffset));
                nextOffset = walk.Header.NextOffset;
                if (!isOffsetPossible
                    || (position + walk.Position < segment.UnverifiedEnd && !RecordBatch.HasValidCrc(walk.Current)))
                {
                    // What stands before the damage is served; the damage is dealt with when it comes first.
                    break;
                }

                end = walk.Position + walk.Header.TotalSize;
                readOffset = nextOffset;
            }

            if (end == 0)
            {
                buffer.Dispose();
                return isEndReached ? published.NoBatches(ErrorCode.None) : damage.Report(segment, position, offset);
            }

            return Batches(buffer, end, readOffset);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private ReadResult Batches(IMemoryOwner<byte> owner, int length, long nextOffset) => new(
        ErrorCode.None,
        owner,
        length,
        published.HighWatermark,
        published.LastStableOffset,
        published.LogStartOffset,
        nextOffset);

    private static partial class Log
    {
        [LoggerMessage(2028, LogLevel.Error,
            "Partition {Partition}: an answer could not be read to its end, so its reader's connection is closed; what "
            + "it asks for next is read with all checks.")]
        public static partial void RegionFailed(ILogger logger, Exception error, string partition);

        [LoggerMessage(2024, LogLevel.Error, "Partition {Partition} cannot be read at offset {Offset}.")]
        public static partial void ReadFailed(ILogger logger, Exception error, string partition, long offset);
    }
}
