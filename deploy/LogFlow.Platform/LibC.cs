using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>
/// The C library calls that .NET does not offer, in one place. Every caller goes through <see cref="DurableFile"/>,
/// <see cref="FileStatus"/>, <see cref="DirectoryWatcher"/>, <see cref="PrivateFiles"/>, <see cref="ProcessExit"/> or
/// <see cref="ThreadCpuTime"/>, which hold the portable fallback.
/// </summary>
internal static partial class LibC
{
    internal const int Enoent = 2;
    internal const int Eintr = 4;
    internal const int Eperm = 1;
    internal const int Eacces = 13;
    internal const int OCloexecMac = 0x1000000;
    internal const int Eopnotsupp = 95;
    internal const int Enosys = 38;
    internal const int ORdonly = 0;
    internal const int ODirectory = 0x10000;
    internal const int OCloexec = 0x80000;
    internal const int AtFdcwd = -100;
    internal const int AtSymlinkNofollow = 0x100;
    internal const int AtEmptyPath = 0x1000;
    internal const uint StatxBirthTime = 0x800;

    /// <summary>STATX_BASIC_STATS and the birth time.</summary>
    internal const uint StatxMask = 0x7FF | StatxBirthTime;

    internal const int InNonblock = 0x800;
    internal const uint InModify = 0x2;
    internal const uint InMovedFrom = 0x40;
    internal const uint InMovedTo = 0x80;
    internal const uint InCreate = 0x100;
    internal const uint InDelete = 0x200;
    internal const uint InDeleteSelf = 0x400;
    internal const uint InMoveSelf = 0x800;
    internal const uint InUnmount = 0x2000;
    internal const uint InQueueOverflow = 0x4000;
    internal const uint InIgnored = 0x8000;
    internal const uint InIsDirectory = 0x40000000;
    internal const uint InOnlyDirectory = 0x1000000;
    internal const uint InAttributes = 0x4;
    internal const short PollIn = 1;
    internal const int FSetSig = 10;
    internal const int FSetLease = 1024;
    internal const int FReadLock = 0;
    internal const int FUnlock = 2;
    internal const int SigUrg = 23;
    internal const int EfdCloexec = 0x80000;

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int Fdatasync(SafeHandle fd);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    internal static partial int ClockGetTime(int clock, out ThreadCpuTime.TimeSpec time);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Fsync(int fd);

    /// <summary>Returns the error number itself, as posix_fallocate does; it does not set errno.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    internal static partial int PosixFallocate(SafeHandle fd, long offset, long length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "umask")]
    internal static partial int Umask(int mask);

    [LibraryImport("libc", EntryPoint = "_exit")]
    internal static partial void ExitAtOnce(int exitCode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial int StatxFile(SafeHandle fd, string path, int flags, uint mask, out StatxBuffer status);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    internal static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial int InotifyAddWatch(int fd, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    internal static partial int InotifyRemoveWatch(int fd, int watch);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(Span<PollEntry> entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int fd, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int fd, ReadOnlySpan<byte> buffer, nuint length);

    /// <summary>A stream of a directory's entries; 0: it cannot be opened.</summary>
    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true, StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial nint OpenDirectory(string path);

    /// <summary>The next entry, which stays until the next call; 0 at the end (errno 0) or on an error.</summary>
    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    internal static partial nint ReadDirectory(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir", SetLastError = true)]
    internal static partial int CloseDirectory(nint stream);

    /// <summary>The path without links; null, or a buffer that <see cref="Free"/> gives back.</summary>
    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(RawPathMarshaller))]
    internal static partial nint RealPath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    internal static partial void Free(nint memory);

    /// <summary>fcntl with an integer; such variadic calls are like any other on Linux.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Fcntl(SafeHandle fd, int command, int argument);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetResourceLimit(int resource, out ResourceLimit limit);

    /// <summary>RLIMIT_NOFILE: 7 on Linux, 8 on macOS and the BSDs.</summary>
    internal static int RlimitOpenFiles => OperatingSystem.IsLinux() ? 7 : 8;

    /// <summary>struct rlimit on 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        public ulong Current;
        public ulong Max;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Fd;
        public short Events;
        public short ReturnedEvents;
    }

    /// <summary>struct statx_timestamp, 16 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct StatxTime
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;

        public readonly long ToNanoseconds() => unchecked((Seconds * 1_000_000_000) + Nanoseconds);
    }

    /// <summary>struct statx, 256 bytes on every architecture (linux/stat.h); unlike struct stat.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct StatxBuffer
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint LinkCount;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        public ushort Spare;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public StatxTime AccessTime;
        public StatxTime BirthTime;
        public StatxTime ChangeTime;
        public StatxTime ModifiedTime;
        public uint RawDeviceMajor;
        public uint RawDeviceMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }
}
