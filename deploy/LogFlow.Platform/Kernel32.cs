using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Platform;

/// <summary>The Windows calls that .NET does not offer.</summary>
internal static partial class Kernel32
{
    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GetFileInformationByHandle(SafeFileHandle file, out FileInformation information);

    /// <summary>A handle that means the calling thread, and need not be closed.</summary>
    [LibraryImport("kernel32")]
    internal static partial nint GetCurrentThread();

    /// <summary>Times as FILETIME, in 100 ns.</summary>
    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GetThreadTimes(
        nint thread, out long created, out long exited, out long kernel, out long user);

    /// <summary>BY_HANDLE_FILE_INFORMATION: 52 bytes, times as FILETIME in two halves.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FileInformation
    {
        public uint Attributes;
        public uint CreationLow;
        public uint CreationHigh;
        public uint AccessLow;
        public uint AccessHigh;
        public uint WriteLow;
        public uint WriteHigh;
        public uint VolumeSerialNumber;
        public uint SizeHigh;
        public uint SizeLow;
        public uint LinkCount;
        public uint IndexHigh;
        public uint IndexLow;

        public readonly FileStatus ToStatus() => new(
            (Attributes & (uint)FileAttributes.Directory) != 0 ? FileKind.Directory : FileKind.Regular,
            VolumeSerialNumber,
            ((ulong)IndexHigh << 32) | IndexLow,
            (long)(((ulong)SizeHigh << 32) | SizeLow),
            LinkCount,
            ToNanoseconds(WriteHigh, WriteLow),
            ToNanoseconds(CreationHigh, CreationLow));

        private static long ToNanoseconds(uint high, uint low) =>
            (DateTime.FromFileTimeUtc(((long)high << 32) | low) - DateTime.UnixEpoch).Ticks * 100;
    }
}
