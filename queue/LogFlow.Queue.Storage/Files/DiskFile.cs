using System.Runtime.CompilerServices;
using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Queue.Storage;

/// <summary>A file of the operating system.</summary>
internal sealed class DiskFile : IStorageFile
{
    private readonly SafeFileHandle _handle;

    // How many share the handle; the last one closes it.
    private readonly StrongBox<int> _owners;
    private int _disposed;

    private DiskFile(SafeFileHandle handle, StrongBox<int> owners)
    {
        _handle = handle;
        _owners = owners;
    }

    public long Length => RandomAccess.GetLength(_handle);

    public static DiskFile Open(string path, FileMode mode) =>
        new(
            File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
            new StrongBox<int>(1));

    public IStorageFile Share()
    {
        while (true)
        {
            var owners = Volatile.Read(ref _owners.Value);
            ObjectDisposedException.ThrowIf(owners == 0 || Volatile.Read(ref _disposed) != 0, this);
            if (Interlocked.CompareExchange(ref _owners.Value, owners + 1, owners) == owners)
            {
                return new DiskFile(_handle, _owners);
            }
        }
    }

    public int Read(Span<byte> buffer, long position)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        var total = 0;
        while (total < buffer.Length)
        {
            var count = RandomAccess.Read(_handle, buffer[total..], position + total);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(_handle, bytes, position);

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
    {
        if (buffers.Count == 1)
        {
            RandomAccess.Write(_handle, buffers[0].Span, position);
        }
        else
        {
            RandomAccess.Write(_handle, buffers, position);
        }
    }

    public void SyncData() => DurableFile.SyncData(_handle);

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    public void Reserve(long length)
    {
        if (length > Length && !DurableFile.TryPreallocate(_handle, length))
        {
            // No reservation on this file system; the size at least makes the tail read as zeros.
            RandomAccess.SetLength(_handle, length);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0 && Interlocked.Decrement(ref _owners.Value) == 0)
        {
            _handle.Dispose();
        }
    }
}
