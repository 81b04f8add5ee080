using System.Buffers;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Encodes records into one batch. Records are written as they are appended, behind the space of the header, so an
/// uncompressed batch is never copied. Nothing is allocated per record; a builder is used again after
/// <see cref="Build"/>. Not thread-safe.
/// </summary>
public sealed class RecordBatchBuilder(int initialCapacity = 16 * 1024) : IDisposable
{
    private byte[]? _buffer;
    private int _position = RecordBatchHeader.Size;
    private long _baseTimestampMs;
    private long _maxTimestampMs;

    /// <summary>Records appended since the last build.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that the batch would have without compression, header included.</summary>
    public int UncompressedSize => _position;

    /// <summary>Timestamp of the first record.</summary>
    public long BaseTimestampMs => _baseTimestampMs;

    /// <summary>Appends a record without key and headers.</summary>
    public void Append(long timestampMs, ReadOnlySpan<byte> value) =>
        Append(timestampMs, default, value, default, isKeyNull: true);

    /// <summary>Appends a record.</summary>
    /// <param name="timestampMs">Milliseconds since the Unix epoch.</param>
    /// <param name="key">Ignored where <paramref name="isKeyNull"/>.</param>
    /// <param name="value">Ignored where <paramref name="isValueNull"/>.</param>
    /// <param name="headers">Headers in order.</param>
    /// <param name="isKeyNull">The record has no key, which is not the same as an empty one.</param>
    /// <param name="isValueNull">The record is a tombstone.</param>
    public void Append(
        long timestampMs,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        ReadOnlySpan<RecordHeader> headers = default,
        bool isKeyNull = false,
        bool isValueNull = false)
    {
        if (Count == 0)
        {
            _baseTimestampMs = timestampMs;
            _maxTimestampMs = timestampMs;
        }

        var timestampDelta = timestampMs - _baseTimestampMs;
        var keyLength = isKeyNull ? -1 : key.Length;
        var valueLength = isValueNull ? -1 : value.Length;
        var bodySize = 1L + RecordVarint.Size(timestampDelta) + RecordVarint.Size(Count)
            + RecordVarint.Size(keyLength) + Math.Max(0, keyLength)
            + RecordVarint.Size(valueLength) + Math.Max(0, valueLength)
            + RecordVarint.Size(headers.Length) + HeadersSize(headers);
        var destination = Reserve(RecordVarint.Size(bodySize) + bodySize);
        var position = RecordVarint.Write(destination, 0, bodySize);
        destination[position++] = 0;
        position = RecordVarint.Write(destination, position, timestampDelta);
        position = RecordVarint.Write(destination, position, Count);
        position = WriteBytes(destination, position, key, keyLength);
        position = WriteBytes(destination, position, value, valueLength);
        position = RecordVarint.Write(destination, position, headers.Length);
        foreach (ref readonly var header in headers)
        {
            position = WriteBytes(destination, position, header.Key.Span, header.Key.Length);
            position = header.Value is { } headerValue
                ? WriteBytes(destination, position, headerValue.Span, headerValue.Length)
                : RecordVarint.Write(destination, position, -1);
        }

        _position += position;
        _maxTimestampMs = Math.Max(_maxTimestampMs, timestampMs);
        Count++;
    }

    /// <summary>
    /// Completes the batch (base offset 0, leader epoch -1) and starts the next one. The caller disposes the result.
    /// </summary>
    /// <param name="compression">The records' codec. A batch that does not shrink is left uncompressed.</param>
    /// <param name="producerId">-1: not idempotent.</param>
    /// <param name="producerEpoch">-1: not idempotent.</param>
    /// <param name="baseSequence">-1: not idempotent.</param>
    /// <param name="isTransactional">Part of a transaction.</param>
    /// <param name="level">The codec's level, for zstd and gzip.</param>
    /// <exception cref="InvalidOperationException">No record was appended.</exception>
    public PooledBuffer Build(
        CompressionType compression = CompressionType.None,
        long producerId = -1,
        short producerEpoch = -1,
        int baseSequence = -1,
        bool isTransactional = false,
        int level = 1)
    {
        if (Count == 0)
        {
            throw new InvalidOperationException("a record batch holds at least one record");
        }

        PooledBuffer? batch = null;
        if (compression != CompressionType.None)
        {
            var records = _buffer.AsSpan(RecordBatchHeader.Size, _position - RecordBatchHeader.Size);
            batch = Compression.Compress(compression, records, RecordBatchHeader.Size, level);
            if (batch.Length >= _position)
            {
                batch.Dispose();
                batch = null;
                compression = CompressionType.None;
            }
        }

        if (batch is null)
        {
            batch = PooledBuffer.Own(_buffer!, _position);
            _buffer = null;
        }

        var header = new RecordBatchHeader
        {
            BaseOffset = 0,
            BatchLength = batch.Length - RecordBatchHeader.LengthOverhead,
            LeaderEpoch = -1,
            Magic = RecordBatchHeader.CurrentMagic,
            Attributes = (short)((int)compression | (isTransactional ? RecordBatchHeader.TransactionalFlag : 0)),
            LastOffsetDelta = Count - 1,
            BaseTimestampMs = _baseTimestampMs,
            MaxTimestampMs = _maxTimestampMs,
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            BaseSequence = baseSequence,
            Count = Count,
        };
        header.Write(batch.Span);
        (header with { Crc = RecordBatch.ComputeCrc(batch.Span) }).Write(batch.Span);
        Reset();
        return batch;
    }

    /// <summary>Drops what was appended.</summary>
    public void Reset()
    {
        _position = RecordBatchHeader.Size;
        Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        Reset();
    }

    private static int WriteBytes(Span<byte> destination, int position, ReadOnlySpan<byte> bytes, int length)
    {
        position = RecordVarint.Write(destination, position, length);
        if (length > 0)
        {
            bytes.CopyTo(destination[position..]);
            position += length;
        }

        return position;
    }

    private static long HeadersSize(ReadOnlySpan<RecordHeader> headers)
    {
        long size = 0;
        foreach (ref readonly var header in headers)
        {
            var valueLength = header.Value?.Length ?? -1;
            size += RecordVarint.Size(header.Key.Length) + header.Key.Length
                + RecordVarint.Size(valueLength) + Math.Max(0, valueLength);
        }

        return size;
    }

    private Span<byte> Reserve(long size)
    {
        var needed = _position + size;
        if (_buffer is null || needed > _buffer.Length)
        {
            Grow(needed);
        }

        return _buffer.AsSpan(_position, (int)size);
    }

    private void Grow(long needed)
    {
        if (needed > Array.MaxLength)
        {
            throw new ArgumentException($"a record batch of {needed} bytes cannot be built");
        }

        var doubled = _buffer is null ? initialCapacity : Math.Min(Array.MaxLength, _buffer.Length * 2L);
        var length = Math.Max(needed, doubled);
        var larger = ArrayPool<byte>.Shared.Rent((int)length);
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _position).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
