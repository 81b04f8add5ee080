using System.Net;
using System.Net.Sockets;

namespace LogFlow.Testing;

/// <summary>Ports that nothing listens on. Servers of ours take port 0 instead where they can.</summary>
public static class FreePort
{
    /// <summary>
    /// A port that is free together with those at the given distances (Kafka's controller is at +1, Elasticsearch's
    /// transport at +100). Taken below the ephemeral range, so that no outgoing connection grabs it meanwhile.
    /// </summary>
    public static int Next(params int[] alsoFreeAt)
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            if (IsFree(port) && alsoFreeAt.All(distance => IsFree(port + distance)))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
