using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Platform;

/// <summary>Asks whether anybody has a file open for writing.</summary>
public static class FileWriters
{
    /// <summary>
    /// False only where it is certain that nobody has: Linux grants a read lease on a file (fcntl F_SETLEASE) exactly
    /// then. Meant for files without a name, which nobody can open any more. Only a file's owner may ask.
    /// </summary>
    public static bool MayExist(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // Should somebody open it all the same, through /proc, while the lease is held, the kernel tells by a signal:
        // by one that does nothing unless it is asked for, instead of one that ends the process.
        if (LibC.Fcntl(file, LibC.FSetSig, LibC.SigUrg) != 0
            || LibC.Fcntl(file, LibC.FSetLease, LibC.FReadLock) != 0)
        {
            return true;
        }

        _ = LibC.Fcntl(file, LibC.FSetLease, LibC.FUnlock);
        return false;
    }
}
