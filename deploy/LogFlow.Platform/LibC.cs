using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>
/// The C library calls that .NET does not offer, in one place. Every caller goes through <see cref="DurableFile"/> or
/// <see cref="DirectoryLock"/>, which hold the portable fallback.
/// </summary>
internal static partial class LibC
{
    internal const int Eintr = 4;
    internal const int Eopnotsupp = 95;
    internal const int Enosys = 38;
    internal const int ORdonly = 0;
    internal const int ODirectory = 0x10000;
    internal const int OCloexec = 0x80000;

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int Fdatasync(SafeHandle fd);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Fsync(int fd);

    /// <summary>Returns the error number itself, as posix_fallocate does; it does not set errno.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    internal static partial int PosixFallocate(SafeHandle fd, long offset, long length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);
}
