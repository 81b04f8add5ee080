namespace LogFlow.Queue;

/// <summary>
/// The bytes of one connection, in clear or encrypted. One receive and one send may run at a time; disposing ends both.
/// </summary>
internal interface IPeerTransport : IDisposable
{
    /// <summary>Who the peer is by its certificate, as Kafka writes it; null where it has shown none.</summary>
    string? CertificateSubject { get; }

    /// <summary>Makes the connection ready for bytes: the handshake, where there is one.</summary>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>The first bytes of a frame: as <see cref="ReceiveAsync"/>, holding no memory until they come.</summary>
    ValueTask<int> ReceiveFirstAsync(Memory<byte> buffer);

    /// <summary>Receives what there is; 0: the peer has closed.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Waits, without memory; how many bytes are likely to be at hand; 0: the peer has closed.</summary>
    ValueTask<int> WaitAsync();

    /// <summary>Sends the parts, all of them, in order.</summary>
    ValueTask SendAsync(List<ArraySegment<byte>> parts, int byteCount);

    /// <summary>Sends what it can of the bytes, at least one.</summary>
    ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>No more is received; what is under way is still answered.</summary>
    void StopReceiving();
}
