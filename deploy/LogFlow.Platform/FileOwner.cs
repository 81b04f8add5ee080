using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>Whose a file is.</summary>
internal static class FileOwner
{
    /// <summary>Gives a file to the owner and group of another; nothing outside Linux.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Copy(string from, string to)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        if (LibC.Statx(LibC.AtFdcwd, from, 0, LibC.StatxMask, out var owner) != 0
            || LibC.ChangeOwner(to, owner.Uid, owner.Gid) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw new IOException(
                $"{to} cannot be given to the owner of {from}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
        }
    }
}
