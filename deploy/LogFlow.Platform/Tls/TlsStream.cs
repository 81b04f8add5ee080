using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>
/// What a client of TLS reads and writes. Errors that TLS explains are <see cref="TlsException"/>s: with TLS 1.3 the
/// handshake is over for the client before the server has looked at its certificate, so that a refusal arrives with the
/// first read or write.
/// </summary>
public sealed class TlsStream : Stream
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
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

        _hasReceived = true;
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
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    /// <summary>Not supported, as every call that blocks.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc cref="Read(byte[], int, int)"/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc cref="Read(byte[], int, int)"/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

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
