using System.Net.Sockets;

namespace LogFlow.Queue;

/// <summary>A connection in clear: the socket itself, which takes many parts in one call.</summary>
internal sealed class SocketPeerTransport(Socket socket) : IPeerTransport
{
    public string? CertificateSubject => null;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<int> ReceiveFirstAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, SocketFlags.None);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, SocketFlags.None);

    public ValueTask<int> WaitAsync()
    {
        var available = socket.Available;
        return available > 0 ? new ValueTask<int>(available) : WaitLongerAsync();
    }

    public async ValueTask SendAsync(List<ArraySegment<byte>> parts, int byteCount)
    {
        var sent = await socket.SendAsync(parts, SocketFlags.None);
        if (sent != byteCount)
        {
            throw new IOException($"{sent} of {byteCount} bytes were sent");
        }
    }

    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) => socket.SendAsync(bytes, SocketFlags.None);

    public void StopReceiving() => socket.Shutdown(SocketShutdown.Receive);

    public void Dispose() => socket.Dispose();

    private async ValueTask<int> WaitLongerAsync()
    {
        await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);

        // Readable and empty: the end.
        return socket.Available;
    }
}
