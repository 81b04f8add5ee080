using System.Buffers;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Makes a stored batch anew with some of its records (compaction) or with another codec
/// (<c>compression.type</c>). Offsets, producer, sequences, epoch and flags stay those of the original, so what is left
/// is found and recognised as before. Records are copied as they are encoded. Used again after
/// <see cref="Build"/>; not thread-safe.
/// </summary>
public sealed class RecordBatchRewriter : IDisposable
{
    private byte[] _buffer = [];
    private int _position = RecordBatchHeader.Size;
    private RecordBatchHeader _header;
    private long _baseTimestampMs;
    private long _maxTimestampMs;

    /// <summary>Records appended since <see cref="Begin"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Starts a batch.</summary>
    /// <param name="original">The batch that is made anew.</param>
    /// <param name="deleteHorizonMs">
    /// When its tombstones and markers may go (see <see cref="RecordBatchHeader.HasDeleteHorizon"/>); null: as in the
    /// original.
    /// </param>
    public void Begin(in RecordBatchHeader original, long? deleteHorizonMs = null)
    {
        _header = original;
        _baseTimestampMs = original.BaseTimestampMs;
        _maxTimestampMs = long.MinValue;
        _position = RecordBatchHeader.Size;
        Count = 0;
        if (deleteHorizonMs is { } horizonMs)
        {
            _baseTimestampMs = horizonMs;
            _header = original with
            {
                Attributes = (short)(original.Attributes | RecordBatchHeader.DeleteHorizonFlag),
                BaseTimestampMs = horizonMs,
            };
        }
    }

    /// <summary>Appends the reader's current record.</summary>
    /// <param name="reader">Reads the records of the original.</param>
    /// <param name="originalBaseTimestampMs">What the record's timestamp is relative to there.</param>
    public void Append(in RecordReader reader, long originalBaseTimestampMs)
    {
        var bytes = reader.CurrentBytes;
        if (originalBaseTimestampMs == _baseTimestampMs)
        {
            bytes.CopyTo(Reserve(bytes.Length));
            _position += bytes.Length;
        }
        else
        {
            AppendShifted(bytes, originalBaseTimestampMs - _baseTimestampMs);
        }

        _maxTimestampMs = Math.Max(_maxTimestampMs, reader.Current.TimestampMs);
        Count++;
    }

    /// <summary>Completes the batch; without records it is a header alone. The caller disposes the result.</summary>
    /// <param name="compression">The records' codec, which must be available.</param>
    /// <param name="level">The codec's level, for zstd and gzip.</param>
    public PooledBuffer Build(CompressionType compression, int level = 1)
    {
        if (Count == 0)
        {
            compression = CompressionType.None;
            _header = _header with { BaseTimestampMs = -1 };
        }
        else if (!_header.IsLogAppendTime)
        {
            _header = _header with { MaxTimestampMs = _maxTimestampMs };
        }

        PooledBuffer batch;
        if (compression == CompressionType.None)
        {
            Reserve(0);
            batch = PooledBuffer.Own(_buffer, _position);
            _buffer = [];
        }
        else
        {
            var records = _buffer.AsSpan(RecordBatchHeader.Size, _position - RecordBatchHeader.Size);
            batch = Compression.Compress(compression, records, RecordBatchHeader.Size, level);
        }

        var header = _header with
        {
            BatchLength = batch.Length - RecordBatchHeader.LengthOverhead,
            Attributes = (short)((_header.Attributes & ~RecordBatchHeader.CompressionMask) | (int)compression),
            Count = Count,
        };
        header.Write(batch.Span);
        (header with { Crc = RecordBatch.ComputeCrc(batch.Span) }).Write(batch.Span);
        return batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Encodes the record with its timestamp relative to another base.</summary>
    private void AppendShifted(ReadOnlySpan<byte> bytes, long shiftMs)
    {
        var read = 0;
        RecordVarint.ReadInt32(bytes, ref read);
        var attributes = bytes[read++];
        var timestampDelta = RecordVarint.ReadInt64(bytes, ref read) + shiftMs;
        var rest = bytes[read..];
        var bodySize = 1 + RecordVarint.Size(timestampDelta) + rest.Length;
        var destination = Reserve(RecordVarint.Size(bodySize) + bodySize);
        var position = RecordVarint.Write(destination, 0, bodySize);
        destination[position++] = attributes;
        position = RecordVarint.Write(destination, position, timestampDelta);
        rest.CopyTo(destination[position..]);
        _position += position + rest.Length;
    }

    private Span<byte> Reserve(int size)
    {
        var needed = checked(_position + size);
        if (needed > _buffer.Length)
        {
            var doubled = (int)Math.Min(_buffer.Length * 2L, Array.MaxLength);
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, doubled));
            _buffer.AsSpan(0, Math.Min(_position, _buffer.Length)).CopyTo(larger);
            Dispose();
            _buffer = larger;
        }

        return _buffer.AsSpan(_position);
    }
}
