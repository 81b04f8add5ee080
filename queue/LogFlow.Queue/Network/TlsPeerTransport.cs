using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>
/// A connection by TLS. An idle one holds no buffer: it waits with a read of no bytes. Small parts of an answer are
/// gathered into one record of TLS; large ones are encrypted from where they lie.
/// </summary>
internal sealed class TlsPeerTransport(Socket socket, TlsServer tls) : IPeerTransport
{
    /// <summary>What a record of TLS holds at most (RFC 8446, 5.1).</summary>
    private const int RecordBytesMax = 16 << 10;

    /// <summary>A part of this size is not worth a copy into the others' record.</summary>
    private const int LargePartBytes = 4 << 10;

    private SslStream? _stream;

    public string? CertificateSubject { get; private set; }

    private SslStream Stream => _stream ?? throw new InvalidOperationException("the handshake has not been made");

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _stream = await tls.AcceptAsync(new NetworkStream(socket, ownsSocket: false), cancellationToken);
        if (_stream.RemoteCertificate is { } certificate)
        {
            CertificateSubject = DistinguishedName.Format(
                certificate as X509Certificate2 ?? new X509Certificate2(certificate));
        }
    }

    public async ValueTask<int> ReceiveFirstAsync(Memory<byte> buffer)
    {
        _ = await Stream.ReadAsync(Memory<byte>.Empty);
        return await Stream.ReadAsync(buffer);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => Stream.ReadAsync(buffer);

    public async ValueTask<int> WaitAsync()
    {
        // What a record holds is known once it is decrypted, and its end only by reading.
        _ = await Stream.ReadAsync(Memory<byte>.Empty);
        return RecordBytesMax;
    }

    public async ValueTask SendAsync(List<ArraySegment<byte>> parts, int byteCount)
    {
        var gathered = ArrayPool<byte>.Shared.Rent(Math.Min(byteCount, RecordBytesMax));
        try
        {
            var count = 0;
            foreach (var part in parts)
            {
                if (part.Count >= LargePartBytes || count + part.Count > gathered.Length)
                {
                    await WriteAsync(gathered.AsMemory(0, count));
                    count = 0;
                }

                if (part.Count >= LargePartBytes)
                {
                    await WriteAsync(part);
                }
                else
                {
                    part.AsSpan().CopyTo(gathered.AsSpan(count));
                    count += part.Count;
                }
            }

            await WriteAsync(gathered.AsMemory(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await Stream.WriteAsync(bytes);
        return bytes.Length;
    }

    public void StopReceiving() => socket.Shutdown(SocketShutdown.Receive);

    public void Dispose()
    {
        // The socket first: a write that waits for the peer would hold the stream's disposal up.
        socket.Dispose();
        _stream?.Dispose();
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? ValueTask.CompletedTask : Stream.WriteAsync(bytes);
}
