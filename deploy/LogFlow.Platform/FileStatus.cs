using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Platform;

/// <summary>
/// What the file system knows of a file, including what .NET does not tell: device, inode and link count, by which a
/// file is recognised after a rename. Linux asks with statx; Windows with the volume's serial number and file index.
/// Elsewhere the inode is a hash of the path, so that a renamed file counts as a new one.
/// </summary>
/// <param name="Kind">What the entry is.</param>
/// <param name="Device">The device that holds the file.</param>
/// <param name="Inode">The file's number on its device.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="LinkCount">Names that the file still has; 0 = deleted but held open. 1 where it is not known.</param>
/// <param name="ModifiedNs">Time of the last write, nanoseconds since 1970.</param>
/// <param name="BirthNs">
/// Time of creation, nanoseconds since 1970, or 0 where the file system does not keep it. It tells a reused inode.
/// </param>
public readonly record struct FileStatus(
    FileKind Kind, ulong Device, ulong Inode, long Length, uint LinkCount, long ModifiedNs, long BirthNs)
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Asks for a path. False where nothing is there, or a directory on the way may not be entered.</summary>
    /// <param name="path">The path to ask for.</param>
    /// <param name="followSymlinks">Whether the answer is about a link's target or about the link.</param>
    /// <param name="status">The answer.</param>
    /// <param name="error">The system's error number when false (2 = no such file); 0 where it is not known.</param>
    public static bool TryGet(string path, bool followSymlinks, out FileStatus status, out int error)
    {
        if (OperatingSystem.IsLinux())
        {
            error = LibC.Statx(
                LibC.AtFdcwd, path, followSymlinks ? 0 : LibC.AtSymlinkNofollow, LibC.StatxMask, out var raw);
            error = error == 0 ? 0 : Marshal.GetLastPInvokeError();
            status = error == 0 ? FromStatx(raw) : default;
            return error == 0;
        }

        error = 0;
        return TryGetPortable(path, followSymlinks, out status);
    }

    /// <summary>Asks for an open file.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static FileStatus Get(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
        {
            if (LibC.StatxFile(file, "", LibC.AtEmptyPath, LibC.StatxMask, out var raw) != 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
            }

            return FromStatx(raw);
        }

        if (OperatingSystem.IsWindows() && Kernel32.GetFileInformationByHandle(file, out var information))
        {
            return information.ToStatus();
        }

        var modified = ToNanoseconds(File.GetLastWriteTimeUtc(file));
        return new FileStatus(FileKind.Regular, 0, 0, RandomAccess.GetLength(file), 1, modified, 0);
    }

    private static FileStatus FromStatx(in LibC.StatxBuffer raw)
    {
        var kind = (raw.Mode & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.SymbolicLink,
            _ => FileKind.Other,
        };
        var device = ((ulong)raw.DeviceMajor << 32) | raw.DeviceMinor;
        var birth = (raw.Mask & LibC.StatxBirthTime) != 0 ? raw.BirthTime.ToNanoseconds() : 0;
        return new FileStatus(
            kind, device, raw.Inode, (long)raw.Size, raw.LinkCount, raw.ModifiedTime.ToNanoseconds(), birth);
    }

    private static bool TryGetPortable(string path, bool followSymlinks, out FileStatus status)
    {
        status = default;
        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (!entry.Exists)
        {
            return false;
        }

        if (entry.LinkTarget is not null)
        {
            if (!followSymlinks)
            {
                status = new FileStatus(FileKind.SymbolicLink, 0, 0, 0, 1, 0, 0);
                return true;
            }

            entry = entry.ResolveLinkTarget(returnFinalTarget: true) ?? entry;
        }

        if (entry is not FileInfo file)
        {
            status = new FileStatus(FileKind.Directory, 0, 0, 0, 1, ToNanoseconds(entry.LastWriteTimeUtc), 0);
            return true;
        }

        if (OperatingSystem.IsWindows())
        {
            try
            {
                using var handle = File.OpenHandle(
                    file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                status = Get(handle);
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        var pathHash = Crc32C.Compute(MemoryMarshal.AsBytes(file.FullName.AsSpan()));
        status = new FileStatus(
            FileKind.Regular, 0, pathHash | (1UL << 63), file.Length, 1, ToNanoseconds(file.LastWriteTimeUtc), 0);
        return true;
    }

    private static long ToNanoseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks * NanosecondsPerTick;
}
