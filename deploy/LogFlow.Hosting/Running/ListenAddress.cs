using System.Net;
using System.Net.Sockets;

namespace LogFlow.Hosting;

/// <summary>Addresses that a service listens on, and the message when it cannot.</summary>
public static class ListenAddress
{
    /// <summary>
    /// Reads an address as configuration writes it: an IP, "localhost", or empty, "*" and "0.0.0.0" for all.
    /// </summary>
    /// <exception cref="StartupException">A name that has no address.</exception>
    public static IPAddress Parse(string host)
    {
        switch (host)
        {
            case "" or "*" or "0.0.0.0":
                return IPAddress.Any;
            case "localhost":
                return IPAddress.Loopback;
            default:
                break;
        }

        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            return address;
        }

        try
        {
            // IPv4 first: clients that resolve "localhost" to ::1 are rarer than hosts without IPv6.
            return Dns.GetHostAddresses(host)
                .OrderBy(found => found.AddressFamily == AddressFamily.InterNetworkV6)
                .First();
        }
        catch (SocketException error)
        {
            throw new StartupException($"cannot listen on '{host}': {error.Message}", exitCode: 2);
        }
    }

    /// <summary>Whether only this machine can connect to it.</summary>
    /// <exception cref="StartupException">A name that has no address.</exception>
    public static bool IsLoopback(string host) => IPAddress.IsLoopback(Parse(host));

    /// <summary>
    /// Where this machine reaches what listens there: the address itself, or 127.0.0.1 where it is all of them.
    /// </summary>
    /// <exception cref="StartupException">A name that has no address.</exception>
    public static IPAddress OwnSide(string host)
    {
        var address = Parse(host);
        return address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : address;
    }

    /// <summary>A key of the configuration, or an option of a command that has none.</summary>
    private static string Remedy(string portKey) =>
        portKey.StartsWith("--", StringComparison.Ordinal) ? $"{portKey} PORT" : $"-E {portKey}=PORT";

    /// <summary>The message for a port that cannot be listened on: which, why, and the key that changes it.</summary>
    public static StartupException CannotListen(string what, string host, int port, string portKey, Exception error)
    {
        var socketError = error as SocketException ?? error.InnerException as SocketException
            ?? error.InnerException?.InnerException as SocketException;
        var isTaken = error is Microsoft.AspNetCore.Connections.AddressInUseException
            || error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException
            || socketError?.SocketErrorCode == SocketError.AddressAlreadyInUse;
        var isForbidden = socketError?.SocketErrorCode == SocketError.AccessDenied;
        var reason = isTaken ? "the port is in use by another process"
            : isForbidden ? "not permitted (ports below 1024 need privileges)"
            : error.Message;
        return new StartupException(
            $"cannot listen for {what} on {host}:{port}: {reason}; "
            + $"choose another with {Remedy(portKey)} (0 takes a free one)");
    }
}
