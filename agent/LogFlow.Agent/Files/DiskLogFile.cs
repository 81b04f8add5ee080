using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Agent;

/// <summary>A log file on a disk, read as it is.</summary>
internal sealed class DiskLogFile(SafeFileHandle handle) : ILogFile
{
    public bool IsCompressed => false;

    /// <summary>Opens a file for reading and leaves everybody else every freedom.</summary>
    public static ILogFile Open(string path) => new DiskLogFile(SharedFile.OpenRead(path));

    public FileStatus GetStatus() => FileStatus.Get(handle);

    public long GetLength() => RandomAccess.GetLength(handle);

    public int Read(Span<byte> buffer, long position) => RandomAccess.Read(handle, buffer, position);

    public bool MayHaveWriters() => FileWriters.MayExist(handle);

    public void Dispose() => handle.Dispose();
}
