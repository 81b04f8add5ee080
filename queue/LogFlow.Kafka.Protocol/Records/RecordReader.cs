namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Enumerates the records of a decompressed batch (https://kafka.apache.org/documentation/#record), each: length
/// varint, attributes int8, timestamp delta varlong, offset delta varint, key length varint (-1: null), key, value
/// length varint (-1: null), value, header count varint, headers. Varints are zigzag.
/// </summary>
public ref struct RecordReader
{
    private readonly RecordBatchHeader _header;
    private readonly ReadOnlyMemory<byte> _records;
    private readonly ReadOnlySpan<byte> _span;
    private int _start;
    private int _position;
    private int _left;

    internal RecordReader(RecordBatchHeader header, ReadOnlyMemory<byte> records)
    {
        _header = header;
        _records = records;
        _span = records.Span;
        _left = header.Count;
    }

    /// <summary>The current record.</summary>
    public Record Current { get; private set; }

    /// <summary>The current record as it is encoded, its length included.</summary>
    public readonly ReadOnlySpan<byte> CurrentBytes => _span[_start.._position];

    /// <summary>Steps to the next record.</summary>
    /// <exception cref="InvalidDataException">A record does not fit into the batch, or bytes are left over.</exception>
    public bool MoveNext()
    {
        if (_left <= 0)
        {
            return _position == _span.Length ? false : throw Damaged("bytes follow its last record");
        }

        _left--;
        _start = _position;
        var length = RecordVarint.ReadInt32(_span, ref _position);
        if ((uint)length > (uint)(_span.Length - _position))
        {
            throw Damaged("a record ends outside of it");
        }

        var end = _position + length;
        var body = _span[..end];
        _position++;
        var timestampDelta = RecordVarint.ReadInt64(body, ref _position);
        var offsetDelta = RecordVarint.ReadInt32(body, ref _position);
        var key = ReadBytes(_records, body, ref _position);
        var value = ReadBytes(_records, body, ref _position);
        var headerCount = RecordVarint.ReadInt32(body, ref _position);

        // A header has two bytes at least, which bounds what a hostile count can cost.
        if (headerCount < 0 || headerCount > (end - _position) / 2)
        {
            throw Damaged("a record has an impossible header count");
        }

        CheckHeaders(body[_position..], headerCount);
        Current = new Record(
            _header.BaseOffset + offsetDelta,
            _header.IsLogAppendTime ? _header.MaxTimestampMs : _header.BaseTimestampMs + timestampDelta,
            key,
            value,
            headerCount,
            _records[_position..end]);
        _position = end;
        return true;
    }

    internal static ReadOnlyMemory<byte>? ReadBytes(
        ReadOnlyMemory<byte> memory, ReadOnlySpan<byte> span, ref int position)
    {
        var length = RecordVarint.ReadInt32(span, ref position);
        if (length == -1)
        {
            return null;
        }

        if ((uint)length > (uint)(span.Length - position))
        {
            throw new InvalidDataException("record batch is damaged: a field ends outside of its record");
        }

        var slice = memory.Slice(position, length);
        position += length;
        return slice;
    }

    /// <summary>So that reading them later, far from here, cannot fail.</summary>
    private readonly void CheckHeaders(ReadOnlySpan<byte> headers, int count)
    {
        var position = 0;
        for (; count > 0; count--)
        {
            SkipHeaderField(headers, ref position, lengthMin: 0);
            SkipHeaderField(headers, ref position, lengthMin: -1);
        }

        if (position != headers.Length)
        {
            throw Damaged("bytes follow a record's last header");
        }
    }

    private readonly void SkipHeaderField(ReadOnlySpan<byte> headers, ref int position, int lengthMin)
    {
        var length = RecordVarint.ReadInt32(headers, ref position);
        if (length < lengthMin || length > headers.Length - position)
        {
            throw Damaged("a record's header ends outside of it");
        }

        position += Math.Max(0, length);
    }

    private readonly InvalidDataException Damaged(string reason) =>
        new($"record batch at offset {_header.BaseOffset} is damaged: {reason}");
}
