using System.Buffers;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Walks the framing of a batch's records and skips keys and values, as Kafka does before it appends. Nothing is held
/// but a window of 128 to 512 KiB (and what <see cref="DecompressionStream"/> holds), however much the records
/// decompress to. When <see cref="MoveNext"/> has returned false, <see cref="RecordReader"/> reads the same batch to
/// its end: every length fits, there are as many records as the header says, and nothing follows them. What the
/// offsets, timestamps and keys are is the caller's to judge. Must be disposed.
/// </summary>
public ref struct RecordWalker : IDisposable
{
    // Room for an lz4 block besides what is left of the one before.
    private const int WindowBytes = 128 * 1024;

    // Records that state no larger size are decompressed in one go, which is faster.
    private const int WholeBytesMax = 512 * 1024;
    private const int VarintBytesMax = 10;

    private readonly RecordBatchHeader _header;
    private readonly DecompressionStream? _stream;
    private byte[]? _window;

    // The part of the records that is at hand, and the place in it.
    private ReadOnlySpan<byte> _data;
    private int _position;

    // Bytes of the records before the part at hand.
    private long _dropped;
    private int _index;

    /// <summary>Begins at the first record. The batch's CRC is not looked at.</summary>
    /// <param name="batch">One whole batch, which must stay valid until this is disposed.</param>
    /// <param name="lengthMax">The most bytes that the records may decompress to.</param>
    /// <exception cref="InvalidDataException">The batch is damaged.</exception>
    public RecordWalker(ReadOnlyMemory<byte> batch, int lengthMax)
    {
        var error = RecordBatch.TryReadHeader(batch.Span, out _header);
        if (error != RecordBatchError.None || _header.Count < 0)
        {
            throw new InvalidDataException($"record batch at offset {_header.BaseOffset} is damaged: {error}");
        }

        var records = batch[RecordBatchHeader.Size.._header.TotalSize];
        if (_header.Compression == CompressionType.None)
        {
            _data = records.Span;
            return;
        }

        _stream = Compression.Open(_header.Compression, records, lengthMax);
        var stated = _stream.StatedLength;
        _window = ArrayPool<byte>.Shared.Rent(stated is > WindowBytes and <= WholeBytesMax ? stated : WindowBytes);
    }

    /// <summary>The current record.</summary>
    public RecordFrame Current { get; private set; }

    /// <summary>Bytes of the records up to here, decompressed.</summary>
    public readonly long Length => _dropped + _position;

    /// <summary>Steps to the next record; false behind the last one.</summary>
    /// <exception cref="InvalidDataException">The batch is damaged, or larger than allowed.</exception>
    public bool MoveNext()
    {
        if (_index == _header.Count)
        {
            return HasBytes(1) ? throw Damaged("bytes follow its last record") : false;
        }

        var length = ReadLength();
        if (length < 0)
        {
            throw Damaged("a record has a negative length");
        }

        if (length <= _data.Length - _position)
        {
            WalkWhole(_data.Slice(_position, length));
            _position += length;
            return true;
        }

        var end = Length + length;
        if (!HasBytes(1))
        {
            throw Damaged("a record ends outside of it");
        }

        // The record's attributes, of which none are in use.
        _position++;
        var timestampDelta = ReadVarint();
        var offsetDelta = ReadLength();
        var keyLength = SkipField(lengthMin: -1);
        var valueLength = SkipField(lengthMin: -1);
        for (var headers = ReadHeaderCount(end); headers > 0; headers--)
        {
            SkipField(lengthMin: 0);
            SkipField(lengthMin: -1);
        }

        if (Length != end)
        {
            throw Damaged("a record does not end where it says");
        }

        Take(timestampDelta, offsetDelta, keyLength, valueLength);
        return true;
    }

    /// <summary>Gives back what was rented.</summary>
    public void Dispose()
    {
        _stream?.Dispose();
        if (_window is { } window)
        {
            _window = null;
            _data = default;
            _position = 0;
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    /// <summary>A record that is at hand as a whole, as nearly all are.</summary>
    private void WalkWhole(ReadOnlySpan<byte> record)
    {
        // The record's attributes, of which none are in use.
        var position = 1;
        var timestampDelta = RecordVarint.ReadInt64(record, ref position);
        var offsetDelta = RecordVarint.ReadInt32(record, ref position);
        var keyLength = SkipField(record, ref position, lengthMin: -1);
        var valueLength = SkipField(record, ref position, lengthMin: -1);
        var headers = RecordVarint.ReadInt32(record, ref position);
        if (headers < 0 || headers > (record.Length - position) / 2)
        {
            throw Damaged("a record has an impossible header count");
        }

        for (; headers > 0; headers--)
        {
            SkipField(record, ref position, lengthMin: 0);
            SkipField(record, ref position, lengthMin: -1);
        }

        if (position != record.Length)
        {
            throw Damaged("a record does not end where it says");
        }

        Take(timestampDelta, offsetDelta, keyLength, valueLength);
    }

    private readonly int SkipField(ReadOnlySpan<byte> record, ref int position, int lengthMin)
    {
        var length = RecordVarint.ReadInt32(record, ref position);
        if (length < lengthMin)
        {
            throw Damaged("a field has a negative length");
        }

        if (length > record.Length - position)
        {
            throw Damaged("a field ends outside of it");
        }

        position += Math.Max(0, length);
        return length;
    }

    private void Take(long timestampDelta, int offsetDelta, int keyLength, int valueLength)
    {
        var timestampMs = _header.IsLogAppendTime ? _header.MaxTimestampMs : _header.BaseTimestampMs + timestampDelta;
        Current = new RecordFrame(_index++, offsetDelta, timestampMs, keyLength, valueLength);
    }

    private int ReadHeaderCount(long recordEnd)
    {
        var count = ReadLength();

        // A header has two bytes at least, which bounds what a hostile count can cost.
        return count >= 0 && count <= (recordEnd - Length) / 2
            ? count
            : throw Damaged("a record has an impossible header count");
    }

    private int SkipField(int lengthMin)
    {
        var length = ReadLength();
        if (length < lengthMin)
        {
            throw Damaged("a field has a negative length");
        }

        var left = Math.Max(0, length);
        while (left > _data.Length - _position)
        {
            left -= _data.Length - _position;
            _position = _data.Length;
            if (!HasBytes(1))
            {
                throw Damaged("a field ends outside of it");
            }
        }

        _position += left;
        return length;
    }

    private int ReadLength()
    {
        if (_data.Length - _position < VarintBytesMax)
        {
            HasBytes(VarintBytesMax);
        }

        return RecordVarint.ReadInt32(_data, ref _position);
    }

    private long ReadVarint()
    {
        if (_data.Length - _position < VarintBytesMax)
        {
            HasBytes(VarintBytesMax);
        }

        return RecordVarint.ReadInt64(_data, ref _position);
    }

    /// <summary>Brings more to hand; false where the records end before so many bytes.</summary>
    private bool HasBytes(int count)
    {
        if (_data.Length - _position >= count || _stream is null)
        {
            return _data.Length - _position >= count;
        }

        var rest = _data[_position..];
        rest.CopyTo(_window);
        _dropped += _position;
        _position = 0;
        var read = _stream.ReadFully(_window.AsSpan(rest.Length));
        _data = _window.AsSpan(0, rest.Length + read);
        return _data.Length >= count;
    }

    private readonly InvalidDataException Damaged(string reason) =>
        new($"record batch at offset {_header.BaseOffset} is damaged: {reason}");
}
