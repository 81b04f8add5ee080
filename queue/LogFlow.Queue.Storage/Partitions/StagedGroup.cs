namespace LogFlow.Queue.Storage;

/// <summary>
/// What one group commit has for a partition: operations to answer, and the bytes that are to be written in one piece
/// behind the segment's end. Reused from group to group. Writer thread.
/// </summary>
internal sealed class StagedGroup
{
    private readonly List<AppendOperation> _operations = [];
    private readonly List<ReadOnlyMemory<byte>> _buffers = [];
    private readonly byte[] _mark = new byte[CommitMark.Size];
    private int _writtenCount;
    private long _position;

    /// <summary>Operations to be answered with the group.</summary>
    public IReadOnlyList<AppendOperation> Operations => _operations;

    public long Records { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Some bytes are not written yet.</summary>
    public bool HasUnwritten => _buffers.Count > _writtenCount;

    public void Add(AppendOperation operation) => _operations.Add(operation);

    /// <param name="batch">Bytes to write.</param>
    /// <param name="records">Records in them.</param>
    /// <param name="position">Where they go; behind those that are not written yet.</param>
    public void AddBytes(ReadOnlyMemory<byte> batch, int records, long position)
    {
        if (!HasUnwritten)
        {
            _position = position;
        }

        _buffers.Add(batch);
        Records += records;
        Bytes += batch.Length;
    }

    /// <summary>Writes what is not written yet, and a commit mark behind it.</summary>
    public void Write(LogSegment active, long logEndOffset)
    {
        _buffers.RemoveRange(0, _writtenCount);
        _writtenCount = 0;
        CommitMark.Write(_mark, Math.Min(_position, active.SyncedPosition), active.EndPosition, logEndOffset);
        _buffers.Add(_mark);
        active.Touch();
        active.File.Write(_buffers, _position);
        _writtenCount = _buffers.Count;
    }

    /// <summary>The group has ended.</summary>
    public void Clear()
    {
        _operations.Clear();
        _buffers.Clear();
        _writtenCount = 0;
        Records = 0;
        Bytes = 0;
    }
}
