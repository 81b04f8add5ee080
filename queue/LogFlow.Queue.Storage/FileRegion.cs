using System.Buffers;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Whole record batches that are still in their file: who sends them reads them piece by piece, so that an answer of
/// 50 MB takes no more memory than a piece. As memory they are loaded whole, at the first touch. They can be read
/// until disposal, whatever becomes of the segment.
/// </summary>
public sealed class FileRegion : MemoryManager<byte>
{
    private readonly PartitionReader _reader;
    private readonly LogSegment _segment;
    private readonly IStorageFile _file;
    private readonly long _position;
    private readonly int _length;

    // Guards _loaded.
    private readonly Lock _loadLock = new();
    private PooledBuffer? _loaded;

    internal FileRegion(PartitionReader reader, LogSegment segment, long position, int length)
    {
        _reader = reader;
        _segment = segment;
        _file = segment.Share();
        _position = position;
        _length = length;
    }

    /// <inheritdoc/>
    public override Memory<byte> Memory => CreateMemory(_length);

    /// <summary>Reads so many bytes, all of them, from a place in the region.</summary>
    /// <exception cref="IOException">
    /// The disk refuses, or the file ends earlier than it did. The segment's next readers check what they read, and
    /// get an error instead of it.
    /// </exception>
    public void Read(Span<byte> buffer, int start)
    {
        try
        {
            var count = _file.Read(buffer, _position + start);
            if (count != buffer.Length)
            {
                throw new IOException(
                    $"{_segment.LogPath} ends {buffer.Length - count} bytes early, behind {_position + start + count}");
            }
        }
        catch (IOException error)
        {
            _reader.DistrustRegion(_segment, error);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        lock (_loadLock)
        {
            if (_loaded is null)
            {
                var loaded = PooledBuffer.Rent(_length);
                try
                {
                    Read(loaded.Span, 0);
                }
                catch
                {
                    loaded.Dispose();
                    throw;
                }

                _loaded = loaded;
            }

            return _loaded.Span;
        }
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        _ = GetSpan();
        return _loaded!.Memory[elementIndex..].Pin();
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // The handle that Pin returned unpins.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _loaded?.Dispose();
        }
    }
}
