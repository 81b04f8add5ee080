using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>
/// What a client of TLS reads and writes. Errors that TLS explains are <see cref="TlsException"/>s: with TLS 1.3 the
/// handshake is over for the client before the server has looked at its certificate, so that a refusal arrives with the
/// first read or write.
/// </summary>
public sealed class TlsStream : AsyncStream
{
    private readonly SslStream _stream;
    private readonly TlsClient _client;
    private bool _hasReceived;

    internal TlsStream(SslStream stream, TlsClient client)
    {
        _stream = stream;
        _client = client;
    }

    /// <summary>The certificate that the server has shown.</summary>
    public X509Certificate? RemoteCertificate => _stream.RemoteCertificate;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await _stream.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw Explained(error);
        }

        // The end before the first byte: the server did not like what it saw after the handshake.
        if (count == 0 && buffer.Length > 0 && !_hasReceived)
        {
            throw _client.ExplainEnd();
        }

        _hasReceived |= count > 0;
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _stream.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw Explained(error);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private IOException Explained(IOException error) => _client.Explain(error) switch
    {
        TlsException explained => explained,

        // As an end: the reset came before whatever the server had to say.
        _ when !_hasReceived && error.InnerException is SocketException => _client.ExplainEnd(error),
        _ => error,
    };
}
