using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// One compaction of a partition. Fills a map with the newest offset of each key of the dirty part, as far as the map's
/// memory goes, then copies all segments up to there without what is superseded, several small ones into one, and swaps
/// them in one by one. Reads the log as any consumer does; only the exchange of segments happens on the writer thread.
/// </summary>
internal sealed partial class PartitionCleaner(
    StorageContext context, PartitionLog log, CleaningPlan plan, CancellationToken stop)
{
    private readonly long _nowMs = context.NowMs();
    private long _bytesBefore;
    private long _bytesAfter;

    /// <summary>Cleans.</summary>
    /// <exception cref="IOException">The disk failed or is full; the log is as it was, or partly cleaned.</exception>
    /// <exception cref="InvalidDataException">The log is damaged; reading it has the damage put aside.</exception>
    public async Task RunAsync()
    {
        var start = context.Time.GetTimestamp();
        SegmentSwap.RemoveLeftovers(context.Files, log.DirectoryPath);
        var lastBatches = await context.Writer.RunAsync(log.CaptureLastBatches);
        var transactions = new TransactionSurvey();
        var endOffset = SurveyTransactions(transactions);
        var map = new KeyOffsetMap(endOffset - plan.DirtyOffset, context.Options.CleanerBufferBytes);
        endOffset = FillMap(map, transactions, endOffset);
        using var batches = new BatchCleaner(
            map, endOffset, log.Cleaner.DirtyOffset, transactions, lastBatches, _nowMs,
            log.Topic.Config.DeleteRetentionMs, plan.EndOffset - 1);
        log.Cleaner = log.Cleaner with { GapEndOffset = Math.Max(log.Cleaner.GapEndOffset, plan.EndOffset) };
        log.Cleaner.Save(context.Files, log.DirectoryPath);
        foreach (var group in Group(endOffset))
        {
            await CleanGroupAsync(group.Segments, group.EndOffset, batches);
        }

        await context.Writer.RunAsync(() => log.ForgetAborted(endOffset));
        log.Cleaner = log.Cleaner with { DirtyOffset = endOffset };
        log.Cleaner.Save(context.Files, log.DirectoryPath);
        Log.Cleaned(
            context.Logger, log.Label, plan.DirtyOffset, endOffset, batches.RecordsRead, batches.RecordsKept,
            _bytesBefore, _bytesAfter, context.Time.GetElapsedTime(start).TotalSeconds);
        if (batches.UnreadableBatches > 0)
        {
            Log.BatchesNotRead(context.Logger, log.Label, batches.UnreadableBatches);
        }
    }

    /// <summary>Finds aborted transactions; returns where the first begins that has no marker yet.</summary>
    private long SurveyTransactions(TransactionSurvey transactions)
    {
        foreach (var (segment, nextBase) in Dirty())
        {
            stop.ThrowIfCancellationRequested();
            transactions.Read(segment, plan.DirtyOffset);
        }

        return Math.Min(plan.EndOffset, Math.Min(plan.StableOffset, transactions.FirstOpenOffset));
    }

    /// <summary>Returns the first offset that is not in the map.</summary>
    private long FillMap(KeyOffsetMap map, TransactionSurvey transactions, long endOffset)
    {
        foreach (var (segment, nextBase) in Dirty())
        {
            using var scanner = Scan(segment);
            while (scanner.MoveNext())
            {
                stop.ThrowIfCancellationRequested();
                var header = scanner.Header;
                if (header.BaseOffset >= endOffset)
                {
                    return endOffset;
                }

                if (header.LastOffset < plan.DirtyOffset || header.IsControl || transactions.IsAborted(header))
                {
                    continue;
                }

                if (AddKeys(map, scanner.Batch) is { } fullAt)
                {
                    return fullAt;
                }
            }

            ThrowIfDamaged(segment, scanner);
        }

        return endOffset;
    }

    /// <summary>Returns the offset at which there was no room; null: all keys are in.</summary>
    private long? AddKeys(KeyOffsetMap map, ReadOnlyMemory<byte> batch)
    {
        try
        {
            using var decoded = RecordBatch.Decode(batch, BatchCleaner.DecompressedBytesMax);
            foreach (var record in decoded)
            {
                if (record.Offset >= plan.DirtyOffset && record.Key is { } key && !map.TryPut(key.Span, record.Offset))
                {
                    return record.Offset;
                }
            }
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException)
        {
            // BatchCleaner keeps such a batch as it is, and counts it.
        }

        return null;
    }

    private IEnumerable<(LogSegment Segment, long NextBase)> Dirty()
    {
        for (var i = 0; i < plan.Segments.Length; i++)
        {
            var nextBase = i + 1 < plan.Segments.Length ? plan.Segments[i + 1].BaseOffset : plan.EndOffset;
            if (nextBase > plan.DirtyOffset)
            {
                yield return (plan.Segments[i], nextBase);
            }
        }
    }

    /// <summary>Runs of segments that fit into one, by what they have now.</summary>
    private IEnumerable<(LogSegment[] Segments, long EndOffset)> Group(long endOffset)
    {
        var first = 0;
        var size = 0L;
        for (var i = 0; i < plan.Segments.Length && plan.Segments[i].BaseOffset < endOffset; i++)
        {
            var segment = plan.Segments[i];
            var nextBase = i + 1 < plan.Segments.Length ? plan.Segments[i + 1].BaseOffset : plan.EndOffset;
            if (i > first
                && (size + segment.EndPosition > log.Topic.Config.SegmentBytes
                    || nextBase - plan.Segments[first].BaseOffset > int.MaxValue))
            {
                yield return (plan.Segments[first..i], segment.BaseOffset);
                first = i;
                size = 0;
            }

            size += segment.EndPosition;
            if (i + 1 == plan.Segments.Length || nextBase >= endOffset)
            {
                yield return (plan.Segments[first..(i + 1)], nextBase);
            }
        }
    }

    private async Task CleanGroupAsync(LogSegment[] segments, long endOffset, BatchCleaner batches)
    {
        var files = context.Files;
        var baseOffset = segments[0].BaseOffset;
        var cleanedPath = SegmentSwap.CleanedPath(log.DirectoryPath, baseOffset);
        var swapPath = SegmentSwap.SwapPath(log.DirectoryPath, baseOffset, endOffset);
        LogSegment cleaned;
        try
        {
            if (Write(segments, cleanedPath, batches) is not { } written)
            {
                files.DeleteFile(cleanedPath);
                return;
            }

            // Retention counts from the time of the records' file, which cleaning must not renew.
            files.SetLastWriteTime(cleanedPath, segments.Max(segment => files.GetLastWriteTime(segment.LogPath)));
            files.MoveFile(cleanedPath, swapPath);
            files.SyncDirectory(log.DirectoryPath);
            cleaned = new LogSegment(files, log.DirectoryPath, baseOffset, written.Length, isSealed: true, swapPath)
            {
                MaxTimestampMs = written.MaxTimestampMs,
                LastAppendTimestamp = segments.Max(segment => segment.LastAppendTimestamp),
            };
        }
        catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException)
        {
            files.DeleteFile(cleanedPath);
            throw;
        }

        if (!await context.Writer.RunAsync(() => log.BeginSwap(segments, cleaned)))
        {
            // Retention or a repair was there first.
            cleaned.Delete();
            return;
        }

        // Where this fails, the partition is served from the swap file until the next start finishes the exchange;
        // until then neither cleaning nor retention touch its files, because EndSwap was not reached.
        FinishSwap(segments, cleaned);
        await context.Writer.RunAsync(log.EndSwap);
    }

    private void FinishSwap(LogSegment[] segments, LogSegment cleaned)
    {
        context.Files.DeleteFile(segments[0].IndexPath);
        foreach (var segment in segments.AsSpan(1))
        {
            segment.DeleteFiles();
        }

        context.Files.SyncDirectory(log.DirectoryPath);
        cleaned.MoveTo(segments[0].LogPath);
        context.Files.SyncDirectory(log.DirectoryPath);
        _ = cleaned.Index;
        cleaned.SaveIndex();
    }

    /// <summary>Writes what is left of the segments; null where all of it is, and they can stay.</summary>
    private (long Length, long MaxTimestampMs)? Write(LogSegment[] segments, string path, BatchCleaner batches)
    {
        using var writer = new CleanedSegmentWriter(context.Files, path);
        var isChanged = segments.Length > 1;
        foreach (var segment in segments)
        {
            using var scanner = Scan(segment);
            while (scanner.MoveNext())
            {
                stop.ThrowIfCancellationRequested();
                var isKept = batches.Keeps(scanner.Header, scanner.Batch, out var rewritten);
                using (rewritten)
                {
                    isChanged |= !isKept || rewritten is not null;
                    if (isKept)
                    {
                        writer.Append(rewritten is null ? scanner.Batch.Span : rewritten.Span);
                    }
                }
            }

            ThrowIfDamaged(segment, scanner);
            _bytesBefore += segment.EndPosition;
        }

        _bytesAfter += writer.Length;
        if (!isChanged)
        {
            return null;
        }

        writer.Complete();
        return (writer.Length, writer.MaxTimestampMs);
    }

    private SegmentScanner Scan(LogSegment segment) =>
        new(segment, 0, segment.EndPosition, verifiesCrc: true)
        {
            ExpectedOffset = segment.BaseOffset,
            GapEndOffset = log.Cleaner.GapEndOffset,
        };

    private void ThrowIfDamaged(LogSegment segment, SegmentScanner scanner)
    {
        if (scanner.NextPosition < segment.EndPosition)
        {
            log.ReportDamage(segment, scanner.NextPosition);
            throw new InvalidDataException($"{segment.LogPath} is damaged at position {scanner.NextPosition}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2111, LogLevel.Information,
            "Compacted partition {Partition} (dirty offsets {DirtyOffset} to {EndOffset}): {RecordsKept} of "
            + "{RecordsRead} records are left, {BytesAfter} of {BytesBefore} bytes, in {Seconds:F1} s.")]
        public static partial void Cleaned(
            ILogger logger,
            string partition,
            long dirtyOffset,
            long endOffset,
            long recordsRead,
            long recordsKept,
            long bytesBefore,
            long bytesAfter,
            double seconds);

        [LoggerMessage(2112, LogLevel.Warning,
            "Compaction of {Partition} left {Count} batches as they are: their records cannot be read here.")]
        public static partial void BatchesNotRead(ILogger logger, string partition, int count);
    }
}
