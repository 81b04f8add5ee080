using System.Runtime.CompilerServices;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <content>Reading: any thread.</content>
public sealed partial class PartitionLog
{
    // What one look into a segment brings when a batch is searched for: an index interval and a header.
    private const int SearchBytes = 4096 + RecordBatchHeader.Size;

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
                var highWatermark = HighWatermark;
                if (offset < LogStartOffset || offset > highWatermark)
                {
                    return Failed(ErrorCode.OffsetOutOfRange);
                }

                var end = VisibleEnd(isReadCommitted);
                if (offset >= end)
                {
                    return Failed(ErrorCode.None);
                }

                try
                {
                    // Behind the end, which publishes it; before the segments, whose cleaning empties it.
                    var aborted = _transactions.Aborted.Capture();
                    var result = ReadFrom(
                        offset, end, Math.Max(0, maxBytes), Math.Clamp(maxMemoryBytes, 0, Math.Max(0, maxBytes)));
                    return isReadCommitted && !result.Batches.IsEmpty
                        ? result.WithAborted(aborted.Find(offset, result.NextOffset))
                        : result;
                }
                catch (ObjectDisposedException) when (!_isDeleted)
                {
                    // Retention removed the segment meanwhile; look again.
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return Failed(ErrorCode.UnknownTopicOrPartition);
        }
        catch (IOException error) when (OutOfDescriptors.Is(error))
        {
            // The reserve has said it; the reader asks again.
            return Failed(ErrorCode.KafkaStorageError);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.ReadFailed(_context.Logger, error, Label, offset);
            return Failed(ErrorCode.KafkaStorageError);
        }
    }

    /// <summary>A region of it could not be read to its end: its next readers are told so by an answer.</summary>
    internal void DistrustRegion(LogSegment segment, IOException error)
    {
        segment.Distrust();
        Log.RegionFailed(_context.Logger, error, Label);
    }

    private ReadResult Failed(ErrorCode error) => new(error, null, 0, HighWatermark, LastStableOffset, LogStartOffset);

    private ReadResult ReadFrom(long offset, long endOffset, int maxBytes, int maxMemoryBytes)
    {
        var segments = _segments;
        for (var index = FindSegment(segments, offset); index < segments.Length; index++)
        {
            var segment = segments[index];
            var (error, position, size) = FindBatch(segment, Math.Max(0, offset - segment.BaseOffset));
            if (error != RecordBatchError.None)
            {
                return Damaged(segment, position, offset);
            }

            if (size > 0)
            {
                return FindRegion(segment, position, maxBytes, endOffset)
                    ?? ReadBatches(segment, position, size, maxMemoryBytes, offset, endOffset);
            }
        }

        return Failed(ErrorCode.None);
    }

    /// <summary>
    /// The batches from a position on, up to so many bytes or the end offset, if they need not be looked at one by one;
    /// null where they must be, or where they are few.
    /// </summary>
    private ReadResult? FindRegion(LogSegment segment, long position, int maxBytes, long endOffset)
    {
        var bytesMin = _context.Options.RegionBytesMin;
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
            if (entry.Position <= position || !IsIndexRight(segment, entry))
            {
                return null;
            }

            end = entry.Position;
            nextOffset = segment.BaseOffset + entry.RelativeOffset;
        }

        if (nextOffset > endOffset)
        {
            // What became durable since, or belongs to an open transaction, stands behind the end offset.
            (var error, end, _) = FindBatch(segment, endOffset - segment.BaseOffset);
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
            : new ReadResult(
                ErrorCode.None,
                new FileRegion(this, segment, position, (int)(end - position)),
                (int)(end - position),
                HighWatermark,
                LastStableOffset,
                LogStartOffset,
                nextOffset);
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
            while (walk.MoveNext())
            {
                // Only a reader of committed records stops before the end; a transaction begins with a batch.
                if (walk.Header.BaseOffset >= endOffset && walk.Header.BaseOffset < LogEndOffset)
                {
                    isEndReached = true;
                    break;
                }

                // The CRC does not cover the offset. That of the first was found right by the search.
                var isOffsetPossible = walk.Header.NextOffset <= LogEndOffset
                    && (walk.Position == 0
                        || CleanerCheckpoint.Follows(nextOffset, walk.Header.BaseOffset, Cleaner.GapEndOffset));
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
                return isEndReached ? Failed(ErrorCode.None) : Damaged(segment, position, offset);
            }

            return new ReadResult(
                ErrorCode.None, buffer, end, HighWatermark, LastStableOffset, LogStartOffset, readOffset);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>The last segment that begins at or before the offset.</summary>
    private static int FindSegment(LogSegment[] segments, long offset)
    {
        var index = segments.Length - 1;
        while (index > 0 && segments[index].BaseOffset > offset)
        {
            index--;
        }

        return index;
    }

    /// <summary>The first batch that ends at or behind an offset; size 0 where the segment has none.</summary>
    private (RecordBatchError Error, long Position, int Size) FindBatch(LogSegment segment, long relativeOffset)
    {
        var entry = FindEntry(segment, relativeOffset);
        if (!IsIndexRight(segment, entry))
        {
            entry = FindEntry(segment, relativeOffset);
        }

        return Search(segment, entry, segment.BaseOffset + relativeOffset, long.MinValue, out _);
    }

    /// <summary>
    /// Not the end's entry: what it says of the last batch is worth no more than that batch's own header.
    /// </summary>
    private static IndexEntry FindEntry(LogSegment segment, long relativeOffset)
    {
        var index = segment.Index;
        var entry = index.FindOffset(relativeOffset);
        return entry.Position > 0 && entry.Position >= segment.DurablePosition
            ? index.FindPosition(segment.DurablePosition - 1)
            : entry;
    }

    /// <summary>
    /// An index is disposable, so an entry is believed only when a batch with that offset stands there.
    /// </summary>
    [SkipLocalsInit]
    private bool IsIndexRight(LogSegment segment, IndexEntry entry)
    {
        if (entry.Position == 0 || entry.Position >= segment.DurablePosition)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[RecordBatchHeader.Size];
        if (segment.Read(bytes, entry.Position) == bytes.Length
            && RecordBatchHeader.Read(bytes) is { Magic: RecordBatchHeader.CurrentMagic } header
            && header.BaseOffset == segment.BaseOffset + entry.RelativeOffset)
        {
            return true;
        }

        Log.IndexDamaged(_context.Logger, segment.IndexPath);
        segment.RebuildIndex();
        return false;
    }

    /// <summary>
    /// Walks headers from an index entry to the first batch that ends at or behind an offset and has a timestamp that
    /// is not below a time. Each must begin where the one before ended: an offset that was damaged would else hide its
    /// records, or give them out under others' offsets, and no reader would notice.
    /// </summary>
    [SkipLocalsInit]
    private (RecordBatchError Error, long Position, int Size) Search(
        LogSegment segment, IndexEntry from, long offset, long timestampMs, out RecordBatchHeader header)
    {
        header = default;
        long position = from.Position;
        var dueOffset = segment.BaseOffset + from.RelativeOffset;
        var gapEndOffset = Cleaner.GapEndOffset;
        var end = segment.DurablePosition;
        Span<byte> buffer = stackalloc byte[SearchBytes];
        while (position < end)
        {
            var bytes = buffer[..segment.Read(buffer[..(int)Math.Min(SearchBytes, end - position)], position)];
            var start = position;
            while (position - start + RecordBatchHeader.Size <= bytes.Length)
            {
                var error = RecordBatch.TryReadHeader(bytes[(int)(position - start)..], out header);
                if (error is not (RecordBatchError.None or RecordBatchError.Truncated)
                    || header.BatchLength > end - position - RecordBatchHeader.LengthOverhead)
                {
                    return (error == RecordBatchError.None ? RecordBatchError.Truncated : error, position, 0);
                }

                if (!CleanerCheckpoint.Follows(dueOffset, header.BaseOffset, gapEndOffset))
                {
                    return (RecordBatchError.OffsetOutOfOrder, position, 0);
                }

                if (header.LastOffset >= offset && header.MaxTimestampMs >= timestampMs)
                {
                    return (RecordBatchError.None, position, header.TotalSize);
                }

                position += header.TotalSize;
                dueOffset = header.NextOffset;
            }

            if (position == start)
            {
                return (RecordBatchError.Truncated, position, 0);
            }
        }

        return (RecordBatchError.None, position, 0);
    }

    /// <summary>
    /// Damage in what was durable: it is put aside by the writer thread, with a gap in the offsets, and the rest is
    /// served. This read fails; the next one finds the log mended.
    /// </summary>
    private ReadResult Damaged(LogSegment segment, long position, long offset)
    {
        if (!segment.IsDeleted)
        {
            Log.DamageFound(_context.Logger, segment.LogPath, Label, position, offset);
            _context.Writer.Enqueue(new PostedOperation(() => PutDamageAside(segment, position)));
        }

        return Failed(ErrorCode.KafkaStorageError);
    }
}
