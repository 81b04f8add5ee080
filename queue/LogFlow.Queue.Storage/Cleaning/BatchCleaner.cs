using System.Buffers;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Decides for each batch, in the order of the log, what compaction leaves of it (Kafka's Cleaner.cleanInto):
/// a record stays where it is the newest of its key; a tombstone only until its batch's delete horizon, which is set
/// when compaction first meets it; records without a key and those of aborted transactions go. A batch of which nothing
/// is left goes too, unless a producer's state would be lost with it: then its header stays.
/// </summary>
/// <param name="map">The newest offset of each key in the dirty part.</param>
/// <param name="endOffset">Records from here on are not in the map, and stay.</param>
/// <param name="dirtyOffset">Where the cleaning before this one ended.</param>
/// <param name="transactions">What of the dirty part was aborted.</param>
/// <param name="lastBatches">Base offset of each known producer's last batch.</param>
/// <param name="nowMs">The time of this pass.</param>
/// <param name="deleteRetentionMs">From now to the delete horizon.</param>
/// <param name="lastOffset">The last offset before the segments that stay; its batch's header stays.</param>
internal sealed class BatchCleaner(
    KeyOffsetMap map,
    long endOffset,
    long dirtyOffset,
    TransactionSurvey transactions,
    IReadOnlyDictionary<long, long> lastBatches,
    long nowMs,
    long deleteRetentionMs,
    long lastOffset) : IDisposable
{
    public const int DecompressedBytesMax = 256 << 20;

    private readonly RecordBatchRewriter _rewriter = new();

    // Producers whose current transaction still has batches in the cleaned log, be they headers: without its marker
    // recovery would take it for open.
    private readonly HashSet<long> _producersWithBatches = [];

    public long RecordsRead { get; private set; }

    public long RecordsKept { get; private set; }

    /// <summary>Batches that could not be read, and so stay as they are.</summary>
    public int UnreadableBatches { get; private set; }

    public void Dispose() => _rewriter.Dispose();

    /// <summary>What is left of a batch.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="batch">Its bytes.</param>
    /// <param name="rewritten">Where it changes: the new batch, which the caller disposes.</param>
    /// <returns>Something is left: <paramref name="rewritten"/>, or where that is null the batch as it is.</returns>
    public bool Keeps(in RecordBatchHeader header, ReadOnlyMemory<byte> batch, out PooledBuffer? rewritten)
    {
        rewritten = null;
        RecordsRead += header.Count;
        if (header.BaseOffset >= endOffset)
        {
            RecordsKept += header.Count;
            return true;
        }

        if (header.IsControl)
        {
            return KeepsMarker(header, batch, out rewritten);
        }

        var isKept = KeepsData(header, batch, out rewritten);
        if (isKept && header.IsTransactional)
        {
            _producersWithBatches.Add(header.ProducerId);
        }

        return isKept;
    }

    private bool KeepsData(in RecordBatchHeader header, ReadOnlyMemory<byte> batch, out PooledBuffer? rewritten)
    {
        rewritten = null;
        if (header.Count == 0 || transactions.IsAborted(header))
        {
            return KeepsHeader(header, out rewritten);
        }

        try
        {
            return KeepsRecords(header, batch, out rewritten);
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException)
        {
            // Nothing is removed on a guess.
            UnreadableBatches++;
            RecordsKept += header.Count;
            return true;
        }
    }

    private bool KeepsRecords(in RecordBatchHeader header, ReadOnlyMemory<byte> batch, out PooledBuffer? rewritten)
    {
        rewritten = null;
        using var decoded = RecordBatch.Decode(batch, DecompressedBytesMax);
        var keeps = ArrayPool<bool>.Shared.Rent(header.Count);
        try
        {
            var isPastHorizon = header.HasDeleteHorizon && nowMs >= header.BaseTimestampMs;
            var kept = 0;
            var hasTombstone = false;
            var index = 0;
            foreach (var record in decoded)
            {
                var isKept = Keeps(record, isPastHorizon);
                hasTombstone |= isKept && record.Value is null && record.Offset < endOffset;
                kept += isKept ? 1 : 0;
                keeps[index++] = isKept;
            }

            if (kept == 0)
            {
                return KeepsHeader(header, out rewritten);
            }

            RecordsKept += kept;
            var needsHorizon = hasTombstone && !header.HasDeleteHorizon;
            if (kept < header.Count || needsHorizon)
            {
                rewritten = Rewrite(header, decoded, keeps, needsHorizon ? nowMs + deleteRetentionMs : null);
            }

            return true;
        }
        finally
        {
            ArrayPool<bool>.Shared.Return(keeps);
        }
    }

    private bool Keeps(in Record record, bool isPastHorizon)
    {
        if (record.Offset >= endOffset)
        {
            return true;
        }

        return record.Key is { } key
            && map.Find(key.Span) <= record.Offset
            && (record.Value is not null || !isPastHorizon);
    }

    private PooledBuffer Rewrite(
        in RecordBatchHeader header, DecodedRecordBatch decoded, ReadOnlySpan<bool> keeps, long? deleteHorizonMs)
    {
        _rewriter.Begin(header, deleteHorizonMs);
        var reader = decoded.GetEnumerator();
        for (var index = 0; reader.MoveNext(); index++)
        {
            if (keeps[index])
            {
                _rewriter.Append(reader, header.BaseTimestampMs);
            }
        }

        return _rewriter.Build(header.Compression);
    }

    /// <summary>
    /// The marker of a transaction of which nothing is left may go at its own delete horizon. An abort marker stays
    /// until a cleaning before this one has also taken the transaction from the list of aborted ones: a consumer that
    /// is told of an aborted transaction must meet its marker.
    /// </summary>
    private bool KeepsMarker(in RecordBatchHeader header, ReadOnlyMemory<byte> batch, out PooledBuffer? rewritten)
    {
        rewritten = null;
        var isNeeded = _producersWithBatches.Remove(header.ProducerId)
            || header.Count == 0
            || !TransactionMarker.TryRead(batch, out var marker)
            || (!marker.IsCommit && header.BaseOffset >= dirtyOffset);
        if (isNeeded || (header.HasDeleteHorizon && nowMs < header.BaseTimestampMs))
        {
            RecordsKept += header.Count;
            return true;
        }

        if (header.HasDeleteHorizon)
        {
            return KeepsHeader(header, out rewritten);
        }

        using var decoded = RecordBatch.Decode(batch, batch.Length);
        RecordsKept += header.Count;
        rewritten = Rewrite(header, decoded, [true], nowMs + deleteRetentionMs);
        return true;
    }

    private bool KeepsHeader(in RecordBatchHeader header, out PooledBuffer? rewritten)
    {
        rewritten = null;
        var isLastOfProducer = header.HasProducerId
            && lastBatches.TryGetValue(header.ProducerId, out var baseOffset)
            && baseOffset == header.BaseOffset;
        if (!isLastOfProducer && header.LastOffset < lastOffset)
        {
            return false;
        }

        if (header.Count > 0)
        {
            _rewriter.Begin(header);
            rewritten = _rewriter.Build(CompressionType.None);
        }

        return true;
    }
}
