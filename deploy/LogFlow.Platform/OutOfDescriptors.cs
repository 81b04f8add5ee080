using System.Net.Sockets;

namespace LogFlow.Platform;

/// <summary>
/// Tells "no file descriptor is free" from errors of disks and networks: it passes, and nothing is broken by it.
/// </summary>
public static class OutOfDescriptors
{
    private const int Enfile = 23;
    private const int Emfile = 24;

    /// <summary>Whether the process (EMFILE) or the machine (ENFILE) had no descriptor left.</summary>
    public static bool Is(Exception error) => error switch
    {
        SocketException socket => socket.SocketErrorCode == SocketError.TooManyOpenSockets
            || socket.NativeErrorCode is Enfile or Emfile,
        IOException => !OperatingSystem.IsWindows() && error.HResult is Enfile or Emfile,
        _ => false,
    };

    /// <summary>The error that an open without a free descriptor gives; for file systems of tests.</summary>
    public static IOException Create() => new("too many open files", Emfile);
}
