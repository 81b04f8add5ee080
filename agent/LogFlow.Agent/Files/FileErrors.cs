using System.Runtime.InteropServices;

namespace LogFlow.Agent;

/// <summary>What an exception about a file means: its error number, and the words for a warning.</summary>
internal static class FileErrors
{
    /// <summary>The handle means nothing any more (NFS, FUSE): the path has to be opened anew.</summary>
    private const int Estale = 116;

    private const int ErrnoMax = 4095;

    /// <summary>Whether it is the file system's answer about a file, not a defect of ours.</summary>
    public static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>Whether the open handle is of no use any more.</summary>
    public static bool IsStale(Exception error) => ErrnoOf(error) == Estale;

    /// <summary>The system's words and its number where that is known: <c>Stale file handle (errno 116)</c>.</summary>
    public static string Describe(Exception error)
    {
        var errno = ErrnoOf(error);
        return errno == 0
            ? error.Message.TrimEnd('.')
            : $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
    }

    /// <summary>.NET keeps the number in HResult, or in that of the inner exception; 0: not known.</summary>
    private static int ErrnoOf(Exception error)
    {
        for (var each = error; each is not null; each = each.InnerException)
        {
            if (!OperatingSystem.IsWindows() && each.HResult is > 0 and <= ErrnoMax)
            {
                return each.HResult;
            }
        }

        return 0;
    }
}
