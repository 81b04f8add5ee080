using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LogFlow.Platform;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// TLS of an embedded web server's port. Kestrel's own would keep the reason of a refused handshake for itself; here
/// it is said, at most once a second. A connection that is silent in its handshake is closed, and holds up none.
/// </summary>
public sealed partial class SecureListener
{
    /// <summary>Matches Kestrel's <c>HandshakeTimeout</c>.</summary>
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A certificate that ends sooner is said at the start.</summary>
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(30);

    private readonly TlsServer _tls;
    private readonly string _what;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly LogThrottle _throttle;

    /// <summary>TLS by the settings of a server.</summary>
    /// <param name="tls">Its certificate and whom it trusts.</param>
    /// <param name="what">What listens, for the log: "the store's HTTP API".</param>
    /// <param name="logger">Where it is said what fails.</param>
    /// <param name="time">The clock.</param>
    public SecureListener(TlsServer tls, string what, ILogger logger, TimeProvider time)
    {
        _tls = tls;
        _what = what;
        _logger = logger;
        _time = time;
        _throttle = new LogThrottle(TimeSpan.FromSeconds(1), time);
        tls.Reloaded += description => Log.Reloaded(logger, what, description);
        tls.ReloadFailed += reason => Log.NotReloaded(logger, what, reason);
        var left = tls.NotAfter - time.GetUtcNow();
        if (left < TimeSpan.Zero)
        {
            Log.Expired(logger, what, tls.Description);
        }
        else if (left < ExpiryWarning)
        {
            Log.Expires(logger, what, (int)left.TotalDays, tls.Description);
        }
    }

    /// <summary>Handshakes that failed since the start.</summary>
    public long FailureCount => Interlocked.Read(ref _failureCount);

    private long _failureCount;

    /// <summary>
    /// Has the connections of a port speak TLS. HTTP/1.1 as on ports without: its limits are those that are set.
    /// </summary>
    public void Use(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => ServeAsync(connection, next));
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        if (await HandshakeAsync(connection) is not { } stream)
        {
            return;
        }

        await using (stream)
        {
            // This is how Kestrel knows that the scheme of requests is https.
            connection.Features.Set<ITlsConnectionFeature>(new TlsConnectionFeature
            {
                ClientCertificate = stream.RemoteCertificate as X509Certificate2,
            });
            var pipe = new StreamPipe(stream);
            connection.Transport = pipe;
            try
            {
                await next(connection);
            }
            finally
            {
                await pipe.Input.CompleteAsync();
                await pipe.Output.CompleteAsync();
                connection.Transport = transport;
            }
        }
    }

    /// <summary>Null: it failed, which is counted and said.</summary>
    private async Task<SslStream?> HandshakeAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(HandshakeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, connection.ConnectionClosed);
        try
        {
            return await _tls.AcceptAsync(new TransportStream(connection.Transport), either.Token);
        }
        catch (OperationCanceledException)
        {
            Failed(connection, limit.IsCancellationRequested
                ? $"the handshake was not done within {HandshakeTimeout.TotalSeconds:0} s"
                : "the client ended the connection in the handshake");
        }
        catch (TlsException error)
        {
            Failed(connection, error.Message.TrimEnd('.'));
        }

        return null;
    }

    private void Failed(ConnectionContext connection, string reason)
    {
        Interlocked.Increment(ref _failureCount);
        if (_throttle.TrySay(out var unsaid))
        {
            Log.HandshakeFailed(_logger, connection.RemoteEndPoint?.ToString() ?? "?", _what, reason, unsaid);
        }
    }

    /// <summary>Read and written as it comes; an idle connection holds no buffer.</summary>
    private sealed class StreamPipe(SslStream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(
            stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    private static partial class Log
    {
        [LoggerMessage(1060, LogLevel.Warning,
            "Connection from {Peer} to {What} refused: {Reason} ({Count} more were refused before it).")]
        public static partial void HandshakeFailed(
            ILogger logger, string peer, string what, string reason, int count);

        [LoggerMessage(1061, LogLevel.Information, "The certificate of {What} was read again: {Certificate}.")]
        public static partial void Reloaded(ILogger logger, string what, string certificate);

        [LoggerMessage(1062, LogLevel.Warning,
            "The certificate of {What} has changed and cannot be read: {Reason}. The former stays in force.")]
        public static partial void NotReloaded(ILogger logger, string what, string reason);

        [LoggerMessage(1063, LogLevel.Error,
            "The certificate of {What} has expired: {Certificate}. Clients that check it do not connect.")]
        public static partial void Expired(ILogger logger, string what, string certificate);

        [LoggerMessage(1064, LogLevel.Warning, "The certificate of {What} ends in {Days} days: {Certificate}.")]
        public static partial void Expires(ILogger logger, string what, int days, string certificate);
    }
}
