using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Platform;

/// <summary>
/// Opens files that others write. .NET's own open takes an advisory lock on Unix, by which a reader keeps a .NET
/// writer (FileShare.None) out, or is kept out by one; a reader of logs must do neither.
/// </summary>
public static class SharedFile
{
    /// <summary>Opens a file for reading and leaves everybody else every freedom.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">Another reason, such as too many open files.</exception>
    public static SafeFileHandle OpenRead(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }

        while (true)
        {
            var closeOnExec = OperatingSystem.IsLinux() ? LibC.OCloexec : LibC.OCloexecMac;
            var fd = LibC.Open(path, LibC.ORdonly | closeOnExec);
            if (fd >= 0)
            {
                return new SafeFileHandle(fd, ownsHandle: true);
            }

            var errno = Marshal.GetLastPInvokeError();
            var message = $"{RawPath.Display(path)}: {Marshal.GetPInvokeErrorMessage(errno)}";
            switch (errno)
            {
                case LibC.Eintr:
                    continue;
                case LibC.Enoent:
                    throw new FileNotFoundException(message, path);
                case LibC.Eacces or LibC.Eperm:
                    throw new UnauthorizedAccessException(message, new IOException(message, errno));
                default:
                    throw new IOException(message, errno);
            }
        }
    }
}
