using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Which batches of the part to be compacted belong to aborted transactions, and where the first transaction begins
/// whose marker lies behind that part: compaction stops before it. Read from batch headers and markers, so it holds
/// for every log, whatever else is known of its transactions.
/// </summary>
internal sealed class TransactionSurvey
{
    private readonly Dictionary<long, long> _open = [];
    private readonly Dictionary<long, List<(long First, long Last)>> _aborted = [];

    /// <summary>The first offset of a transaction without a marker; long.MaxValue: there is none.</summary>
    public long FirstOpenOffset => _open.Count == 0 ? long.MaxValue : _open.Values.Min();

    /// <summary>Takes in the headers of a segment from an offset on.</summary>
    /// <exception cref="InvalidDataException">The segment is damaged.</exception>
    public void Read(LogSegment segment, long fromOffset)
    {
        using var scanner = new SegmentScanner(segment, 0, segment.EndPosition, verifiesCrc: false);
        while (scanner.MoveNext())
        {
            var header = scanner.Header;
            if (!header.IsTransactional || header.LastOffset < fromOffset)
            {
                continue;
            }

            if (!header.IsControl)
            {
                _open.TryAdd(header.ProducerId, header.BaseOffset);
            }
            else if (_open.Remove(header.ProducerId, out var first) && IsAbort(segment, scanner.Position, header))
            {
                if (!_aborted.TryGetValue(header.ProducerId, out var ranges))
                {
                    _aborted.Add(header.ProducerId, ranges = []);
                }

                ranges.Add((first, header.BaseOffset));
            }
        }
    }

    /// <summary>Whether a batch of data belongs to an aborted transaction.</summary>
    public bool IsAborted(in RecordBatchHeader header)
    {
        if (header.IsTransactional && _aborted.TryGetValue(header.ProducerId, out var ranges))
        {
            foreach (var (first, last) in ranges)
            {
                if (header.BaseOffset >= first && header.BaseOffset <= last)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsAbort(LogSegment segment, long position, in RecordBatchHeader header)
    {
        using var buffer = PooledBuffer.Rent(header.TotalSize);
        if (segment.Read(buffer.Span, position) < buffer.Length)
        {
            throw new InvalidDataException($"{segment.LogPath} is shorter than it was");
        }

        return TransactionMarker.TryRead(buffer.Memory, out var marker) && !marker.IsCommit;
    }
}
