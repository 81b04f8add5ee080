using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Queue.Storage;

/// <summary>A file of the operating system.</summary>
internal sealed class DiskFile(SafeFileHandle handle) : IStorageFile
{
    public long Length => RandomAccess.GetLength(handle);

    public static DiskFile Open(string path, FileMode mode) =>
        new(File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    public int Read(Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var count = RandomAccess.Read(handle, buffer[total..], position + total);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(handle, bytes, position);

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
    {
        if (buffers.Count == 1)
        {
            RandomAccess.Write(handle, buffers[0].Span, position);
        }
        else
        {
            RandomAccess.Write(handle, buffers, position);
        }
    }

    public void SyncData() => DurableFile.SyncData(handle);

    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    public void Reserve(long length)
    {
        if (length > Length && !DurableFile.TryPreallocate(handle, length))
        {
            // No reservation on this file system; the size at least makes the tail read as zeros.
            RandomAccess.SetLength(handle, length);
        }
    }

    public void Dispose() => handle.Dispose();
}
