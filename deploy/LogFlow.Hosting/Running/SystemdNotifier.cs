using System.Net.Sockets;
using System.Text;

namespace LogFlow.Hosting;

/// <summary>
/// Tells systemd about the process's state (sd_notify(3)); does nothing where systemd did not start it.
/// </summary>
internal static class SystemdNotifier
{
    /// <summary>The service does its work now.</summary>
    public static void Ready() => Send("READY=1");

    /// <summary>The service is draining.</summary>
    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string state)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        try
        {
            // A leading @ stands for the abstract namespace, whose names start with a NUL byte.
            var endpoint = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), endpoint);
        }
        catch (SocketException)
        {
            // As sd_notify itself: a supervisor that does not listen is no reason for a service to fail.
        }
    }
}
