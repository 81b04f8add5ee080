using System.Net.Sockets;

namespace LogFlow.Bulk;

/// <summary>
/// A connection on which an answer counts although the request could not be sent to its end. A server that refuses a
/// body (413, 429) answers while it is still being sent and closes; the next write fails with "broken pipe", and the
/// HTTP client would report that instead of the answer which lies in the socket. So a write that fails is the end of
/// writing only: reading tells whether there was an answer.
/// </summary>
public sealed class EarlyAnswerStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private bool _peerTakesNoMore;

    /// <summary>Opens one, as <see cref="SocketsHttpHandler.ConnectCallback"/> asks for.</summary>
    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new EarlyAnswerStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_peerTakesNoMore)
        {
            return;
        }

        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            _peerTakesNoMore = true;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
