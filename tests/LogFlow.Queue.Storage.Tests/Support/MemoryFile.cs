namespace LogFlow.Queue.Storage.Tests;

/// <summary>A file of a <see cref="MemoryFileSystem"/>: its content, and what of it is synced.</summary>
internal sealed class MemoryFile(MemoryFileSystem owner, string path)
{
    private const int SectorSize = 512;

    private readonly Lock _lock = new();
    private byte[] _content = [];
    private int _length;
    private byte[] _durable = [];

    public long Length
    {
        get
        {
            lock (_lock)
            {
                return _length;
            }
        }
    }

    public DateTimeOffset LastWrite { get; set; } = DateTimeOffset.UnixEpoch;

    /// <summary>The bytes, for tests that damage them: written and synced.</summary>
    public byte[] Content
    {
        get
        {
            lock (_lock)
            {
                return _content[.._length];
            }
        }

        set
        {
            lock (_lock)
            {
                _content = value;
                _length = value.Length;
                _durable = [.. value];
            }
        }
    }

    public MemoryFile Copy(MemoryFileSystem newOwner, string newPath)
    {
        lock (_lock)
        {
            return new MemoryFile(newOwner, newPath)
            {
                _content = [.. _content],
                _length = _length,
                _durable = [.. _durable],
                LastWrite = LastWrite,
            };
        }
    }

    public MemoryFile Crash(MemoryFileSystem newOwner, string newPath, Random random)
    {
        lock (_lock)
        {
            // The size may be either; each sector of the common part that differs may be old or new.
            var length = random.Next(2) == 0 ? _length : _durable.Length;
            var content = new byte[length];
            _durable.AsSpan(0, Math.Min(length, _durable.Length)).CopyTo(content);
            var style = random.Next(3);
            for (var start = 0; start < Math.Min(length, _length); start += SectorSize)
            {
                var size = Math.Min(SectorSize, Math.Min(length, _length) - start);
                if (style == 0 || (style == 1 && random.Next(2) == 0))
                {
                    _content.AsSpan(start, size).CopyTo(content.AsSpan(start));
                }
            }

            return new MemoryFile(newOwner, newPath) { Content = content, LastWrite = LastWrite };
        }
    }

    public int Read(Span<byte> buffer, long position)
    {
        lock (_lock)
        {
            var count = (int)Math.Clamp(_length - position, 0, buffer.Length);
            if (count > 0)
            {
                _content.AsSpan((int)position, count).CopyTo(buffer);
            }

            return count;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        owner.OnWrite?.Invoke(path);
        lock (_lock)
        {
            LastWrite = owner.Clock.GetUtcNow();
            Resize((int)Math.Max(_length, position + bytes.Length));
            bytes.CopyTo(_content.AsSpan((int)position));
        }
    }

    public void SyncData()
    {
        owner.OnSync?.Invoke(path);
        lock (_lock)
        {
            _durable = _content[.._length];
        }
    }

    public void SetLength(long length)
    {
        lock (_lock)
        {
            Resize((int)length);
        }
    }

    public void Reserve(long length)
    {
        if (length > Length && owner.Used - Length + length > owner.Capacity)
        {
            throw DiskFull.Create();
        }

        lock (_lock)
        {
            Resize((int)Math.Max(length, _length));
        }
    }

    private void Resize(int length)
    {
        if (length > _content.Length)
        {
            Array.Resize(ref _content, Math.Max(length, _content.Length * 2));
        }

        if (length < _length)
        {
            _content.AsSpan(length, _length - length).Clear();
        }

        _length = length;
    }
}
