namespace LogFlow.Kafka.Protocol;

/// <summary>Enumerates the whole batches in a run of bytes; see <see cref="RecordBatch.Walk"/>.</summary>
public ref struct RecordBatchEnumerator(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _next;

    /// <summary>Header of the current batch.</summary>
    public RecordBatchHeader Header { get; private set; }

    /// <summary>Where the current batch starts in the data.</summary>
    public int Position { get; private set; }

    /// <summary>Why the walk ended: <see cref="RecordBatchError.None"/> at the end or before a cut batch.</summary>
    public RecordBatchError Error { get; private set; }

    /// <summary>The current batch's bytes.</summary>
    public readonly ReadOnlySpan<byte> Current => _data.Slice(Position, Header.TotalSize);

    /// <summary>Steps to the next whole batch.</summary>
    public bool MoveNext()
    {
        var error = RecordBatch.TryReadHeader(_data[_next..], out var header);
        if (error != RecordBatchError.None)
        {
            Error = error == RecordBatchError.Truncated ? RecordBatchError.None : error;
            return false;
        }

        Header = header;
        Position = _next;
        _next += header.TotalSize;
        return true;
    }

    /// <summary>The enumerator itself, for foreach.</summary>
    public readonly RecordBatchEnumerator GetEnumerator() => this;
}
