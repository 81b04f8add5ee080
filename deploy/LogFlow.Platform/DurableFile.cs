using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Platform;

/// <summary>
/// What makes bytes survive a power cut: data syncs, directory syncs, and the replacement of a whole file in one step.
/// A failed sync is never retried here or by callers: the kernel may have dropped the dirty pages it reported
/// (see "fsyncgate"), so the owner must stop trusting the file.
/// </summary>
public static class DurableFile
{
    /// <summary>Makes the file's bytes and size durable. fdatasync on Linux, a full flush elsewhere.</summary>
    /// <exception cref="IOException">The device refused; the file's unsynced bytes are to be treated as
    /// lost.</exception>
    public static void SyncData(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (LibC.Fdatasync(file) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != LibC.Eintr)
            {
                throw new IOException($"fdatasync failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
            }
        }
    }

    /// <summary>Makes the directory's entries (creations, renames, removals) durable. A no-op outside Unix.</summary>
    /// <exception cref="IOException">The device refused.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var fd = LibC.Open(path, LibC.ORdonly | (OperatingSystem.IsLinux() ? LibC.ODirectory | LibC.OCloexec : 0));
        if (fd < 0)
        {
            var error = LastError($"cannot open directory {path} to sync it");
            throw error.HResult is LibC.Eacces or LibC.Eperm
                ? new UnauthorizedAccessException(error.Message)
                : error;
        }

        try
        {
            if (LibC.Fsync(fd) != 0)
            {
                throw LastError($"fsync of directory {path} failed");
            }
        }
        finally
        {
            _ = LibC.Close(fd);
        }
    }

    /// <summary>
    /// Reserves <paramref name="length"/> bytes from the file's start, so that running out of disk happens here and
    /// not in the middle of an append. Returns false where the file system cannot reserve (the caller then appends).
    /// </summary>
    /// <exception cref="IOException">No space, or another device error.</exception>
    public static bool TryPreallocate(SafeFileHandle file, long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        while (true)
        {
            var errno = LibC.PosixFallocate(file, 0, length);
            switch (errno)
            {
                case 0:
                    return true;
                case LibC.Eintr:
                    continue;
                case LibC.Eopnotsupp or LibC.Enosys:
                    return false;
                default:
                    throw new IOException(
                        $"cannot reserve {length} bytes: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
            }
        }
    }

    /// <summary>
    /// Replaces <paramref name="path"/> by <paramref name="content"/> so that after a crash either the old or the new
    /// content is there, whole: temporary file, sync, rename, sync of the directory. A secret is its owner's alone.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it holds from now on.</param>
    /// <param name="isSecret">Whether it is for its owner's eyes.</param>
    /// <param name="ownedAsFolder">Whether root, who may, gives it to the owner of the folder.</param>
    public static void Replace(
        string path, ReadOnlySpan<byte> content, bool isSecret = false, bool ownedAsFolder = false)
    {
        var temporary = path + ".tmp";

        // A file that a crash left would keep its own mode.
        File.Delete(temporary);
        using (var file = PrivateFiles.Open(temporary, FileMode.CreateNew, FileAccess.Write, isSecret: isSecret))
        {
            RandomAccess.Write(file.SafeFileHandle, content, 0);
            SyncData(file.SafeFileHandle);
        }

        if (ownedAsFolder && ProcessUser.IsRoot)
        {
            FileOwner.Copy(Path.GetDirectoryName(Path.GetFullPath(path))!, temporary);
        }

        File.Move(temporary, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static IOException LastError(string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }
}
