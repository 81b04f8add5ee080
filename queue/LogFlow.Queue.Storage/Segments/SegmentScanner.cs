using System.Buffers;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>Walks the batches of a segment's file.</summary>
internal sealed class SegmentScanner(LogSegment segment, long position, long end, bool verifiesCrc) : IDisposable
{
    // Headers alone need little of what lies between them.
    private long _nextOffset = -1;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(verifiesCrc ? 1 << 20 : 1 << 14);
    private long _bufferPosition;
    private int _bufferLength;

    /// <summary>
    /// The offset that the next batch must begin with, since the CRC does not cover it; -1: whichever it has.
    /// </summary>
    public long ExpectedOffset { get; init; } = -1;

    /// <summary>Below it, offsets may be missing between two batches; see CleanerCheckpoint.</summary>
    public long GapEndOffset { get; init; }

    /// <summary>Where the current batch starts.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Where the next batch starts: after a walk, the end of what is valid.</summary>
    public long NextPosition { get; private set; } = position;

    public RecordBatchHeader Header { get; private set; }

    /// <summary>The current batch; only of a scanner that verifies.</summary>
    public ReadOnlyMemory<byte> Batch => _buffer.AsMemory((int)(Position - _bufferPosition), Header.TotalSize);

    /// <summary>Why the walk stopped; None at the end.</summary>
    public RecordBatchError Error { get; private set; }

    public bool MoveNext()
    {
        if (NextPosition >= end)
        {
            return false;
        }

        var available = Fill(NextPosition, RecordBatchHeader.Size);
        if (available.Length < RecordBatchHeader.Size)
        {
            return Stop(RecordBatchError.Truncated);
        }

        var header = RecordBatchHeader.Read(available);
        if (header.TotalSize < RecordBatchHeader.Size || header.BatchLength < 0 || header.LastOffsetDelta < 0)
        {
            return Stop(RecordBatchError.InvalidLength);
        }

        if (header.Magic != RecordBatchHeader.CurrentMagic)
        {
            return Stop(RecordBatchError.UnsupportedMagic);
        }

        if (header.BatchLength > end - NextPosition - RecordBatchHeader.LengthOverhead)
        {
            return Stop(RecordBatchError.Truncated);
        }

        if (ExpectedOffset >= 0 && !CleanerCheckpoint.Follows(
            _nextOffset < 0 ? ExpectedOffset : _nextOffset, header.BaseOffset, GapEndOffset))
        {
            return Stop(RecordBatchError.OffsetOutOfOrder);
        }

        if (verifiesCrc)
        {
            var batch = Fill(NextPosition, header.TotalSize);
            if (batch.Length < header.TotalSize)
            {
                return Stop(RecordBatchError.Truncated);
            }

            if (!RecordBatch.HasValidCrc(batch[..header.TotalSize]))
            {
                return Stop(RecordBatchError.CrcMismatch);
            }
        }

        Header = header;
        Position = NextPosition;
        NextPosition += header.TotalSize;
        _nextOffset = header.NextOffset;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private bool Stop(RecordBatchError error)
    {
        Error = error;
        return false;
    }

    /// <summary>
    /// The bytes at a position, as many as asked for unless the end is nearer. Bounded by the file's size.
    /// </summary>
    private ReadOnlySpan<byte> Fill(long at, int count)
    {
        var wanted = (int)Math.Min(count, end - at);
        if (at < _bufferPosition || at + wanted > _bufferPosition + _bufferLength)
        {
            if (wanted > _buffer.Length)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = [];
                _buffer = ArrayPool<byte>.Shared.Rent(wanted);
            }

            _bufferPosition = at;
            _bufferLength = segment.Read(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, end - at)), at);
        }

        var start = (int)(at - _bufferPosition);
        return _buffer.AsSpan(start, Math.Max(0, _bufferLength - start));
    }
}
