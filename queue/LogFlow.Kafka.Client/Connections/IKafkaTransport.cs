namespace LogFlow.Kafka.Client;

/// <summary>
/// A connected, ordered byte stream. At most one send and one receive run at a time; disposing ends both at once, with
/// an exception.
/// </summary>
public interface IKafkaTransport : IDisposable
{
    /// <summary>Receives into the start of the buffer; 0 means that the peer has closed.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends all segments in order. They must not change before this completes.</summary>
    ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments, CancellationToken cancellationToken);
}
