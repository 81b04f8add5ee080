using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>Writes a cleaned segment's file, in large pieces, off the writer thread.</summary>
internal sealed class CleanedSegmentWriter : IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly IStorageFile _file;
    private readonly PooledBuffer _buffer = PooledBuffer.Rent(BufferSize);
    private int _buffered;

    public CleanedSegmentWriter(IFileSystem files, string path)
    {
        _file = files.OpenOrCreate(path);
        _file.SetLength(0);
    }

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>The largest timestamp of the batches; NoTimestamp without any.</summary>
    public long MaxTimestampMs { get; private set; } = LogSegment.NoTimestamp;

    public void Append(ReadOnlySpan<byte> batch)
    {
        MaxTimestampMs = Math.Max(MaxTimestampMs, RecordBatchHeader.Read(batch).MaxTimestampMs);
        if (batch.Length > BufferSize - _buffered)
        {
            Flush();
        }

        if (batch.Length > BufferSize)
        {
            _file.Write(batch, Length);
        }
        else
        {
            batch.CopyTo(_buffer.Span[_buffered..]);
            _buffered += batch.Length;
        }

        Length += batch.Length;
    }

    /// <summary>Makes the file durable.</summary>
    public void Complete()
    {
        Flush();
        _file.SyncData();
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _file.Dispose();
    }

    private void Flush()
    {
        if (_buffered > 0)
        {
            _file.Write(_buffer.Span[.._buffered], Length - _buffered);
            _buffered = 0;
        }
    }
}
