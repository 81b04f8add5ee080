namespace LogFlow.Kafka.Protocol;

/// <summary>Enumerates a record's headers: key length varint, key, value length varint (-1: null), value.</summary>
public ref struct RecordHeaderReader(int count, ReadOnlyMemory<byte> bytes)
{
    private readonly ReadOnlyMemory<byte> _bytes = bytes;
    private int _left = count;
    private int _position;

    /// <summary>The current header.</summary>
    public RecordHeader Current { get; private set; }

    /// <summary>Steps to the next header.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        var span = _bytes.Span;
        var key = RecordReader.ReadBytes(_bytes, span, ref _position)
            ?? throw new InvalidDataException("record header without a key");
        Current = new RecordHeader(key, RecordReader.ReadBytes(_bytes, span, ref _position));
        return true;
    }

    /// <summary>The enumerator itself, for foreach.</summary>
    public readonly RecordHeaderReader GetEnumerator() => this;
}
