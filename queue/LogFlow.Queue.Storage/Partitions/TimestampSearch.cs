using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>Looks up a partition's offsets by time. Any thread.</summary>
internal sealed partial class TimestampSearch(
    ILogger logger, PublishedLog published, BatchSearch search, DamageRepair damage)
{
    /// <summary>The first record whose timestamp is not below <paramref name="timestampMs"/>.</summary>
    public OffsetLookup FindOffsetByTimestamp(long timestampMs) => Lookup(() =>
    {
        foreach (var segment in published.Segments)
        {
            if (segment.DurablePosition > 0 && segment.MaxTimestampMs >= timestampMs)
            {
                var found = FindInSegment(segment, timestampMs);
                if (found.Offset >= 0 || found.Error != ErrorCode.None)
                {
                    return found;
                }
            }
        }

        return OffsetLookup.NotFound;
    });

    /// <summary>The first record that has the largest timestamp.</summary>
    public OffsetLookup FindMaxTimestamp() => Lookup(() =>
    {
        LogSegment? latest = null;
        foreach (var segment in published.Segments)
        {
            if (segment.DurablePosition > 0 && (latest is null || segment.MaxTimestampMs > latest.MaxTimestampMs))
            {
                latest = segment;
            }
        }

        return latest is null ? OffsetLookup.NotFound : FindLargestInSegment(latest);
    });

    private OffsetLookup Lookup(Func<OffsetLookup> find)
    {
        try
        {
            while (true)
            {
                try
                {
                    return find();
                }
                catch (ObjectDisposedException) when (!published.IsDeleted)
                {
                    // Retention removed a segment meanwhile; look again.
                }
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or IOException or UnauthorizedAccessException
            or InvalidDataException)
        {
            Log.SearchFailed(logger, error, published.Label);
            return new OffsetLookup(ErrorCode.KafkaStorageError, -1, -1, -1);
        }
    }

    private OffsetLookup FindInSegment(LogSegment segment, long timestampMs)
    {
        var entry = segment.Index.FindTimestamp(timestampMs);
        if (!search.IsIndexRight(segment, entry))
        {
            entry = segment.Index.FindTimestamp(timestampMs);
        }

        while (true)
        {
            var (error, position, size) = search.Find(
                segment, entry, published.LogStartOffset, timestampMs, out var header);
            if (error != RecordBatchError.None)
            {
                using var failure = damage.Report(segment, position, segment.BaseOffset);
                return new OffsetLookup(failure.Error, -1, -1, -1);
            }

            if (size == 0)
            {
                return OffsetLookup.NotFound;
            }

            // A batch that qualifies by its header may do so only by records below the log's start.
            var found = FindInBatch(segment, position, header, timestampMs);
            if (found.Offset >= 0)
            {
                return found;
            }

            entry = Behind(segment, position, header);
        }
    }

    /// <summary>Where a search goes on behind a batch.</summary>
    private static IndexEntry Behind(LogSegment segment, long position, in RecordBatchHeader header) => new(
        (uint)(header.NextOffset - segment.BaseOffset), (uint)(position + header.TotalSize), header.MaxTimestampMs);

    /// <summary>
    /// Headers only know that a segment's largest timestamp was seen while it was written, which is an upper bound.
    /// </summary>
    private OffsetLookup FindLargestInSegment(LogSegment segment)
    {
        var largest = OffsetLookup.NotFound;
        var from = default(IndexEntry);
        var least = long.MinValue;
        while (true)
        {
            var (error, position, size) = search.Find(segment, from, published.LogStartOffset, least, out var header);
            if (error != RecordBatchError.None)
            {
                using var failure = damage.Report(segment, position, segment.BaseOffset);
                return new OffsetLookup(failure.Error, -1, -1, -1);
            }

            if (size == 0)
            {
                return largest;
            }

            var found = FindInBatch(segment, position, header, header.MaxTimestampMs);
            if (found.Offset >= 0)
            {
                largest = found;
                least = found.TimestampMs + 1;
            }

            if (largest.TimestampMs >= segment.MaxTimestampMs)
            {
                return largest;
            }

            from = Behind(segment, position, header);
        }
    }

    private OffsetLookup FindInBatch(LogSegment segment, long position, in RecordBatchHeader header, long timestampMs)
    {
        using var buffer = PooledBuffer.Rent(header.TotalSize);
        if (segment.Read(buffer.Span, position) < buffer.Length)
        {
            throw new InvalidDataException($"{segment.LogPath} is shorter than it was");
        }

        try
        {
            using var records = new RecordWalker(buffer.Memory, int.MaxValue);
            while (records.MoveNext())
            {
                var record = records.Current;
                var offset = header.BaseOffset + record.OffsetDelta;
                if (record.TimestampMs >= timestampMs && offset >= published.LogStartOffset)
                {
                    return new OffsetLookup(ErrorCode.None, offset, record.TimestampMs, header.LeaderEpoch);
                }
            }

            return OffsetLookup.NotFound;
        }
        catch (InvalidDataException)
        {
            // Stored before batches were checked. Its header is all that can be known, and nothing in it is earlier.
            var offset = Math.Max(header.BaseOffset, published.LogStartOffset);
            return new OffsetLookup(ErrorCode.None, offset, header.MaxTimestampMs, header.LeaderEpoch);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2029, LogLevel.Error, "Partition {Partition} cannot be searched by time.")]
        public static partial void SearchFailed(ILogger logger, Exception error, string partition);
    }
}
