using System.Net.Sockets;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>TCP, then the handshake of TLS for the name that was connected to.</summary>
internal sealed class TlsConnectionOpener(TlsClient tls) : IConnectionOpener
{
    public async Task<IKafkaTransport> OpenAsync(BrokerEndpoint endpoint, CancellationToken cancellationToken)
    {
        var socket = await SocketConnectionOpener.ConnectAsync(endpoint, cancellationToken);
        var stream = await tls.ConnectAsync(
            new NetworkStream(socket, ownsSocket: true), endpoint.Host, cancellationToken);
        return new TlsTransport(stream);
    }
}
