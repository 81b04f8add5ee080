using System.Runtime.CompilerServices;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>Finds batches in a partition's segments. Any thread.</summary>
internal sealed partial class BatchSearch(ILogger logger, PublishedLog published)
{
    // What one look into a segment brings: an index interval and a header.
    private const int SearchBytes = 4096 + RecordBatchHeader.Size;

    /// <summary>The last segment that begins at or before the offset.</summary>
    public static int FindSegment(LogSegment[] segments, long offset)
    {
        var index = segments.Length - 1;
        while (index > 0 && segments[index].BaseOffset > offset)
        {
            index--;
        }

        return index;
    }

    /// <summary>The first batch that ends at or behind an offset; size 0 where the segment has none.</summary>
    public (RecordBatchError Error, long Position, int Size) FindBatch(LogSegment segment, long relativeOffset)
    {
        var entry = FindEntry(segment, relativeOffset);
        if (!IsIndexRight(segment, entry))
        {
            entry = FindEntry(segment, relativeOffset);
        }

        return Find(segment, entry, segment.BaseOffset + relativeOffset, long.MinValue, out _);
    }

    /// <summary>
    /// An index is disposable, so an entry is believed only when a batch with that offset stands there.
    /// </summary>
    [SkipLocalsInit]
    public bool IsIndexRight(LogSegment segment, IndexEntry entry)
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

        Log.IndexDamaged(logger, segment.IndexPath);
        segment.RebuildIndex();
        return false;
    }

    /// <summary>
    /// Walks headers from an index entry to the first batch that ends at or behind an offset and has a timestamp that
    /// is not below a time. Each must begin where the one before ended: an offset that was damaged would else hide its
    /// records, or give them out under others' offsets, and no reader would notice.
    /// </summary>
    [SkipLocalsInit]
    public (RecordBatchError Error, long Position, int Size) Find(
        LogSegment segment, IndexEntry from, long offset, long timestampMs, out RecordBatchHeader header)
    {
        header = default;
        long position = from.Position;
        var dueOffset = segment.BaseOffset + from.RelativeOffset;
        var gapEndOffset = published.Cleaner.GapEndOffset;
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

    private static partial class Log
    {
        [LoggerMessage(2026, LogLevel.Warning, "The index {Path} does not match its segment and is made again.")]
        public static partial void IndexDamaged(ILogger logger, string path);
    }
}
