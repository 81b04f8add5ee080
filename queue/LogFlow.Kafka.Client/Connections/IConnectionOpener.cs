namespace LogFlow.Kafka.Client;

/// <summary>
/// Opens the byte stream to a broker. The seam for TLS and SASL: an opener may wrap the socket and authenticate before
/// it hands the transport over.
/// </summary>
public interface IConnectionOpener
{
    /// <exception cref="System.Net.Sockets.SocketException">The broker cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or not connected in time.</exception>
    Task<IKafkaTransport> OpenAsync(BrokerEndpoint endpoint, CancellationToken cancellationToken);
}
