using Microsoft.Win32.SafeHandles;

namespace LogFlow.Appliance;

/// <summary>Standard output as bytes, with what the console's own stream hides: that its reader is gone.</summary>
internal static class StandardOutput
{
    private const int FileDescriptor = 1;

    // errno(3) on Linux and macOS; ERROR_BROKEN_PIPE and ERROR_NO_DATA on Windows.
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);

    /// <summary>Opens it; the caller disposes it.</summary>
    public static Stream Open()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            // The console's stream drops what is written to a closed pipe without a word (| head would never end us).
            // Only for pipes: in a file it would keep a position of its own, beside that which shells share.
            var handle = new SafeFileHandle(FileDescriptor, ownsHandle: false);
            var stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            if (!stream.CanSeek)
            {
                return stream;
            }

            stream.Dispose();
        }

        return Console.OpenStandardOutput();
    }

    /// <summary>Whether a write failed because nobody reads any more.</summary>
    public static bool IsClosedPipe(IOException error) =>
        error.HResult is BrokenPipe or WindowsBrokenPipe or WindowsNoData;
}
