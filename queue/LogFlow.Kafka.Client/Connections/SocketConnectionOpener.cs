using System.Net;
using System.Net.Sockets;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Plain TCP. Tries each address of the host in turn, IPv4 first: brokers in containers and test rigs often advertise
/// <c>localhost</c> and listen on 127.0.0.1 alone.
/// </summary>
internal sealed class SocketConnectionOpener : IConnectionOpener
{
    public static SocketConnectionOpener Instance { get; } = new();

    public async Task<IKafkaTransport> OpenAsync(BrokerEndpoint endpoint, CancellationToken cancellationToken) =>
        new SocketTransport(await ConnectAsync(endpoint, cancellationToken));

    /// <summary>A connected socket.</summary>
    public static async Task<Socket> ConnectAsync(BrokerEndpoint endpoint, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken);
        Array.Sort(addresses, static (a, b) => FamilyRank(a).CompareTo(FamilyRank(b)));
        Exception? failure = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                await socket.ConnectAsync(new IPEndPoint(address, endpoint.Port), cancellationToken);
                return socket;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                failure = exception;
                if (cancellationToken.IsCancellationRequested)
                {
                    throw;
                }
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static int FamilyRank(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1;
}
