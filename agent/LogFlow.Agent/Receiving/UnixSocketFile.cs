using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>The socket in the file system that an input of type <c>unix</c> makes, and removes.</summary>
internal static class UnixSocketFile
{
    /// <summary>A socket that is bound to the input's path.</summary>
    /// <exception cref="StartupException">Somebody listens there, or something else is there.</exception>
    public static Socket Bind(InputConfig config)
    {
        var type = config.IsDatagram ? SocketType.Dgram : SocketType.Stream;
        var path = Path.GetFullPath(config.SocketPath);
        RemoveStale(path, type);
        var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                SetRights(config, path);
            }

            return socket;
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException
            or ArgumentOutOfRangeException)
        {
            socket.Dispose();
            throw new StartupException(
                $"the input of type '{config.Type}' cannot make the socket {path}: {error.Message}; change its 'path'");
        }
    }

    /// <summary>Takes it away again.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(Path.GetFullPath(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start finds it, sees that nobody listens, and removes it.
        }
    }

    /// <summary>What a run that was killed left.</summary>
    private static void RemoveStale(string path, SocketType type)
    {
        if (!FileStatus.TryGet(path, followSymlinks: false, out var status, out _))
        {
            return;
        }

        if (status.Kind != FileKind.Other)
        {
            throw new StartupException($"{path} is there and is no socket; change the input's 'path', or remove it");
        }

        try
        {
            using var probe = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            Remove(path);
            return;
        }

        throw new StartupException($"another process listens on {path}; stop it, or change the input's 'path'");
    }

    [UnsupportedOSPlatform("windows")]
    private static void SetRights(InputConfig config, string path)
    {
        if (config.SocketGroup.Length > 0)
        {
            UnixGroup.Give(path, FindGroup(config.SocketGroup));
        }

        if (FileModes.Parse(config.SocketMode) is { } mode)
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static uint FindGroup(string group)
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return UnixGroup.Find(group) ?? throw new StartupException(
            $"the group '{group}' of an input of type 'unix' is not there; make it, or change 'group'");
    }
}
