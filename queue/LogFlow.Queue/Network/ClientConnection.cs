using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;
using ProtocolViolationException = LogFlow.Kafka.Protocol.ProtocolViolationException;

namespace LogFlow.Queue;

/// <summary>
/// One client: a loop that receives frames and hands them to the dispatcher, and a loop that sends the answers in the
/// order of the requests, whatever order they become ready in.
/// Requests take effect in the order of arrival. Produce requests may overlap (their acks wait for the disk); any
/// other waits until those before it are done, as in Kafka, which serves a connection one request at a time.
/// </summary>
internal sealed partial class ClientConnection
{
    private const int LengthPrefixBytes = 4;

    /// <summary>API key, version, correlation id: no request is shorter.</summary>
    private const int FrameBytesMin = 8;

    private readonly IPeerTransport _transport;
    private readonly SocketServer _server;
    private readonly SocketServerOptions _options;
    private readonly RequestDispatcher _dispatcher;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing;
    private readonly byte[] _lengthPrefix = new byte[LengthPrefixBytes];
    private readonly Channel<RequestContext> _pending;
    private readonly OverlapGate _gate = new();
    private readonly FrameReceiver _receiver;
    private readonly ResponseSender _sender;

    private int _unanswered;
    private int _closed;
    private int _fetchTurn;

    public ClientConnection(
        Socket socket,
        Listener listener,
        SocketServer server,
        SocketServerOptions options,
        RequestDispatcher dispatcher,
        TimeProvider time,
        ILogger logger,
        CancellationToken stopping)
    {
        Listener = listener;
        _transport = listener.Tls is { } tls ? new TlsPeerTransport(socket, tls) : new SocketPeerTransport(socket);
        _server = server;
        _options = options;
        _dispatcher = dispatcher;
        _time = time;
        _logger = logger;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _pending = Channel.CreateBounded<RequestContext>(new BoundedChannelOptions(options.RequestsInFlightMax)
        {
            SingleReader = true,
            SingleWriter = true,
            AllowSynchronousContinuations = false,
        });
        var remote = (IPEndPoint?)socket.RemoteEndPoint;
        Peer = remote?.ToString() ?? "?";
        Host = remote is null ? "" : Unmapped(remote.Address).ToString();
        ClientAddress = remote is null ? "" : "/" + Host;
        var holder = new ByteHolder($"the connection from {Peer}", CutUnderPressure);
        _receiver = new FrameReceiver(_transport, server.Buffers, server.Budget, holder, time);
        _sender = new ResponseSender(_transport, server.Buffers, server.SendBudget, _receiver.OnProgress);
    }

    /// <summary>Address and port of the client, for messages.</summary>
    public string Peer { get; }

    /// <summary>The client's address as ACLs name it: "127.0.0.1".</summary>
    public string Host { get; }

    /// <summary>The client's address as Kafka prints it in group descriptions: "/127.0.0.1".</summary>
    public string ClientAddress { get; }

    /// <summary>What the client said it is (ApiVersions 3+); null until then.</summary>
    public string? ClientSoftware { get; set; }

    /// <summary>
    /// Fires when the connection closes or the server stops: whoever waits for records answers at once.
    /// </summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Counts this connection's fetches: each begins with another partition.</summary>
    public int NextFetchTurn() => _fetchTurn++ & int.MaxValue;

    public async Task RunAsync()
    {
        var sending = Task.CompletedTask;
        try
        {
            if (await LogInAsync())
            {
                sending = SendAsync();
                await ReceiveAsync();
            }
        }
        catch (ProtocolViolationException violation)
        {
            Log.Malformed(_logger, Peer, violation.Message.TrimEnd('.'));
        }
        catch (Exception error) when (IsDisconnect(error))
        {
            Log.Disconnected(_logger, Peer, error.Message);
        }
        finally
        {
            // The client is gone or has said its last: whoever waits for it in a long poll or a rebalance stops
            // waiting.
            await _closing.CancelAsync();
            _pending.Writer.TryComplete();
            await sending;
            Close();
            _closing.Dispose();
        }
    }

    /// <summary>No more requests; those under way are still answered.</summary>
    public void StopReceiving()
    {
        try
        {
            _transport.StopReceiving();
        }
        catch (Exception error) when (IsDisconnect(error))
        {
            Close();
        }
    }

    /// <summary>Cuts the connection; its loops end.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        try
        {
            _closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // RunAsync has ended meanwhile: nobody is left to be told.
        }

        _transport.Dispose();
    }

    /// <summary>Called by the server's sweeper.</summary>
    public void CloseIfIdle()
    {
        var quiet = _time.GetElapsedTime(_receiver.LastProgress);
        var isReceiving = _receiver.IsWaitingForPeer;
        var frameBytes = _receiver.FrameBytes;
        if (isReceiving || _sender.IsSending)
        {
            if (quiet > _options.StallTimeout)
            {
                Log.Stalled(_logger, Peer, (int)quiet.TotalSeconds);
                Close();
            }
            else if (isReceiving && _receiver.FrameAge > _options.FrameTimeout(frameBytes))
            {
                Log.TooSlow(_logger, Peer, frameBytes);
                Close();
            }
        }
        else if (frameBytes == 0 && Volatile.Read(ref _unanswered) == 0 && quiet > _options.IdleTimeout)
        {
            Log.Idle(_logger, Peer, (int)quiet.TotalSeconds);
            Close();
        }
    }

    private static bool IsDisconnect(Exception error) =>
        error is SocketException or ObjectDisposedException or OperationCanceledException or IOException;

    private static IPAddress Unmapped(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private async Task ReceiveAsync()
    {
        while (await _receiver.ReceivePrefixAsync(_lengthPrefix))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(_lengthPrefix);
            if (length < FrameBytesMin || length > _options.FrameBytesMax)
            {
                throw new ProtocolViolationException(
                    $"frame of {length} bytes; {FrameBytesMin} to {_options.FrameBytesMax} are allowed");
            }

            await BeginAsync(await _receiver.ReceiveAsync(length, Closing));
        }
    }

    /// <summary>Starts a request when its turn has come; its answer takes its place in the line.</summary>
    private async ValueTask BeginAsync(Lease<LeasedBytes> frame)
    {
        var request = new RequestContext(this, frame, _time.GetTimestamp());
        try
        {
            var handler = _dispatcher.Route(request);
            await _gate.EnterAsync(handler.MayOverlap);
            Interlocked.Increment(ref _unanswered);
#pragma warning disable CA2025 // Nothing can throw behind it: from here on the sender disposes the request.
            request.Processing = _dispatcher.ProcessAsync(handler, request, _gate);
#pragma warning restore CA2025
        }
        catch
        {
            request.Dispose();
            throw;
        }

        // Full: more than RequestsInFlightMax wait for the disk or for a slow reader; the socket is not read meanwhile.
        await _pending.Writer.WriteAsync(request, CancellationToken.None);
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var request in _pending.Reader.ReadAllAsync())
            {
                await CompleteAsync(request);
            }
        }
        catch (ProtocolViolationException violation)
        {
            Log.Malformed(_logger, Peer, violation.Message.TrimEnd('.'));
        }
        catch (Exception error) when (IsDisconnect(error))
        {
            Log.Disconnected(_logger, Peer, error.Message);
        }
        catch (Exception error)
        {
            Log.RequestFailed(_logger, error, Peer);
        }

        // The line is broken: nobody can be answered any more, but every request must give its memory back.
        Close();
        await foreach (var request in _pending.Reader.ReadAllAsync())
        {
            await AbandonAsync(request);
        }
    }

    private async ValueTask CompleteAsync(RequestContext request)
    {
        try
        {
            await request.Processing;
            if (request.Response is { } response)
            {
                await _sender.SendAsync(response);
            }

            _dispatcher.Answered(request);
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
            request.Dispose();
        }
    }

    private async ValueTask AbandonAsync(RequestContext request)
    {
        try
        {
            await request.Processing;
        }
        catch (Exception error)
        {
            // Nobody is left to be answered; that the client was cut off was said when it happened.
            Log.Disconnected(_logger, Peer, error.Message);
        }

        request.Dispose();
    }

    /// <summary>Others wait for the memory of a frame that this peer is slow to send.</summary>
    private void CutUnderPressure()
    {
        Log.CutUnderPressure(_logger, Peer, _receiver.FrameBytes);
        Close();
    }

    private static partial class Log
    {
        [LoggerMessage(3011, LogLevel.Warning, "Connection from {Peer} closed: {Reason}.")]
        public static partial void Malformed(ILogger logger, string peer, string reason);

        [LoggerMessage(3012, LogLevel.Debug, "Connection from {Peer} ended: {Reason}.")]
        public static partial void Disconnected(ILogger logger, string peer, string reason);

        [LoggerMessage(3013, LogLevel.Information, "Connection from {Peer} closed: idle for {Seconds} s.")]
        public static partial void Idle(ILogger logger, string peer, int seconds);

        [LoggerMessage(3014, LogLevel.Warning,
            "Connection from {Peer} closed: in the middle of a frame it moved no byte for {Seconds} s.")]
        public static partial void Stalled(ILogger logger, string peer, int seconds);

        [LoggerMessage(3016, LogLevel.Warning,
            "Connection from {Peer} closed: it sent a frame of {Bytes} bytes too slowly.")]
        public static partial void TooSlow(ILogger logger, string peer, int bytes);

        [LoggerMessage(3017, LogLevel.Warning,
            "Connection from {Peer} closed: others waited for memory, and it was slow to send a frame of {Bytes} bytes "
            + "(queued.max.request.bytes bounds what all requests hold).")]
        public static partial void CutUnderPressure(ILogger logger, string peer, int bytes);

        [LoggerMessage(3015, LogLevel.Error, "Connection from {Peer} closed: a request failed unexpectedly.")]
        public static partial void RequestFailed(ILogger logger, Exception error, string peer);
    }
}
