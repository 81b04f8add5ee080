using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>
/// Listens, accepts and looks after connections. Raw sockets rather than Kestrel: a frame is received straight into a
/// buffer of its size, which pipes of small segments cannot do.
/// </summary>
internal sealed partial class SocketServer : IAsyncDisposable
{
    private const int ListenBacklog = 1024;
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RefusalLogInterval = TimeSpan.FromSeconds(10);

    private readonly SocketServerOptions _options;
    private readonly QueueMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<(Socket Socket, Listener Listener)> _listeners = [];
    private readonly ConcurrentDictionary<ClientConnection, bool> _connections = new();
    private readonly CancellationTokenSource _stopping = new();

    // Accept loops and connections are two: the second ends later, when all that was asked is answered.
    private readonly BackgroundWork _accepting = new();
    private readonly BackgroundWork _serving = new();
    private readonly ITimer _sweeper;
    private readonly LogThrottle _refusals;
    private int _connectionCount;
    private LoginServices? _loginServices;

    public SocketServer(
        SocketServerOptions options,
        QueueMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _refusals = new LogThrottle(RefusalLogInterval, time);
        Buffers = new BytePool(options.PooledBytesMax);
        Budget = new ByteBudget(options.RequestBudget, time);
        Budget.LongWait += SayLongWait;
        SendBudget = new ByteBudget(options.SendBytesMax);
        Logins = new LoginQueue(options.LoginsMax, metrics, time, logger);
        var shortest = options.IdleTimeout < options.StallTimeout ? options.IdleTimeout : options.StallTimeout;
        var interval = TimeSpan.FromMilliseconds(Math.Clamp(shortest.TotalMilliseconds / 4, 50, 10_000));
        _sweeper = time.CreateTimer(static server => ((SocketServer)server!).Sweep(), this, interval, interval);
    }

    public BytePool Buffers { get; }

    /// <summary>What requests hold, from their first byte until they are answered.</summary>
    public ByteBudget Budget { get; }

    /// <summary>What answers hold of files while they are sent.</summary>
    public ByteBudget SendBudget { get; }

    /// <summary>The connections that are logging in.</summary>
    public LoginQueue Logins { get; }

    /// <summary>What listeners with SASL check passwords by; set by <see cref="Accept"/>.</summary>
    public LoginServices LoginServices =>
        _loginServices ?? throw new InvalidOperationException("this server has no users");

    /// <summary>Faulted by a loop that failed: the server cannot go on.</summary>
    public Task Completion => Task.WhenAny(_accepting.Completion, _serving.Completion).Unwrap();

    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    /// <summary>Binds and listens; <see cref="Accept"/> begins to serve. Returns the first address bound.</summary>
    /// <exception cref="StartupException">The port is taken, or the address is not this machine's.</exception>
    public async Task<IPEndPoint> ListenAsync(Listener listener, CancellationToken cancellationToken)
    {
        var endpoint = listener.Endpoint;
        IReadOnlyList<IPAddress> addresses;
        try
        {
            addresses = await endpoint.ResolveAsync(cancellationToken);
        }
        catch (SocketException error)
        {
            throw new StartupException(
                $"listeners: the host of {endpoint} cannot be resolved ({error.Message}); "
                + "name an address of this machine");
        }

        var port = endpoint.Port;
        IPEndPoint? first = null;
        foreach (var address in addresses)
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
            {
                continue;
            }

            try
            {
                var bound = Bind(new IPEndPoint(address, port), listener);
                first ??= bound;
                port = bound.Port;
            }
            catch (SocketException error) when (first is null)
            {
                throw CannotListen(endpoint, error);
            }
            catch (SocketException error)
            {
                // A name with several addresses: one is enough ("localhost" on a machine without ::1).
                Log.SecondaryAddressSkipped(_logger, address.ToString(), port, error.Message);
            }
        }

        return first ?? throw new StartupException($"listeners: the host of {endpoint} has no usable address");
    }

    /// <summary>Begins to accept connections; what they ask goes to <paramref name="dispatcher"/>.</summary>
    public void Accept(RequestDispatcher dispatcher, LoginServices? logins = null)
    {
        _loginServices = logins;
        foreach (var (socket, listener) in _listeners)
        {
            _accepting.Start("accepting connections", _ => AcceptAsync(socket, listener, dispatcher));
        }
    }

    /// <summary>
    /// Takes no more requests, lets those under way be answered, and closes. When the token fires, connections are cut.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
        }

        foreach (var (socket, _) in _listeners)
        {
            socket.Dispose();
        }

        await _accepting.StopAsync();
        foreach (var connection in _connections.Keys)
        {
            connection.StopReceiving();
        }

        await using (cancellationToken.Register(CloseAll))
        {
            await _serving.DrainAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await StopAsync(now.Token);
        await _accepting.DisposeAsync();
        await _serving.DisposeAsync();
        Budget.Dispose();
        SendBudget.Dispose();
        _stopping.Dispose();
    }

    private StartupException CannotListen(ListenerEndpoint endpoint, SocketException error) =>
        error.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new StartupException(
                $"port {endpoint.Port} is in use by another process, so the queue cannot listen on {endpoint}; "
                + $"change '{_options.PortKey}' (port 0 takes a free one), or stop the other process"),
            SocketError.AccessDenied => new StartupException(
                $"no permission to listen on {endpoint}; choose a port from 1024 in '{_options.PortKey}'"),
            _ => new StartupException(
                $"the queue cannot listen on {endpoint}: {error.Message}; see '{_options.PortKey}'"),
        };

    private IPEndPoint Bind(IPEndPoint endPoint, Listener listener)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            socket.Listen(ListenBacklog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _listeners.Add((socket, listener));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private async Task AcceptAsync(Socket accepting, Listener listener, RequestDispatcher dispatcher)
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await accepting.AcceptAsync(_stopping.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }

                // The peer gave up, or descriptors ran out; those come back as other connections end.
                if (!OutOfDescriptors.Is(error))
                {
                    Log.AcceptFailed(_logger, error.Message);
                }
                else if (_refusals.TrySay(out _))
                {
                    Log.NoDescriptor(_logger, "?", ConnectionCount);
                }

                await Task.Delay(AcceptRetryDelay, _time, CancellationToken.None);
                continue;
            }

            Serve(socket, listener, dispatcher);
        }
    }

    private void Serve(Socket socket, Listener listener, RequestDispatcher dispatcher)
    {
        if (Interlocked.Increment(ref _connectionCount) > _options.ConnectionsMax)
        {
            Interlocked.Decrement(ref _connectionCount);
            LogRefusal(socket, isShort: false);
            socket.Dispose();
            return;
        }

        if (_options.IsShortOfDescriptors())
        {
            Interlocked.Decrement(ref _connectionCount);
            LogRefusal(socket, isShort: true);
            socket.Dispose();
            return;
        }

        ClientConnection connection;
        try
        {
            socket.NoDelay = true;
            connection = new ClientConnection(
                socket, listener, this, _options, dispatcher, _time, _logger, _stopping.Token);
        }
        catch (SocketException error)
        {
            // The peer was gone before it was served.
            Interlocked.Decrement(ref _connectionCount);
            Log.AcceptFailed(_logger, error.Message);
            socket.Dispose();
            return;
        }

        _metrics.ConnectionOpened();
        _connections[connection] = true;
        if (!_serving.Start("a connection", _ => RunAsync(connection)))
        {
            Forget(connection);
        }
    }

    private async Task RunAsync(ClientConnection connection)
    {
        try
        {
            await connection.RunAsync();
        }
        catch (Exception error)
        {
            // The loop's top: a defect in one request must not take the others down.
            Log.ConnectionFailed(_logger, error, connection.Peer);
        }
        finally
        {
            Forget(connection);
        }
    }

    private void Forget(ClientConnection connection)
    {
        connection.Close();
        _connections.TryRemove(connection, out _);
        Interlocked.Decrement(ref _connectionCount);
        _metrics.ConnectionClosed();
    }

    private void SayLongWait(ByteBudgetWait wait) => Log.WaitingForMemory(
        _logger,
        wait.WaiterCount,
        (int)wait.Waited.TotalSeconds,
        wait.BytesHeld,
        wait.LargestHolder,
        wait.LargestHolderBytes);

    private void LogRefusal(Socket socket, bool isShort)
    {
        if (!_refusals.TrySay(out _))
        {
            return;
        }

        var peer = socket.RemoteEndPoint?.ToString() ?? "?";
        if (isShort)
        {
            Log.NoDescriptor(_logger, peer, ConnectionCount);
        }
        else
        {
            Log.TooManyConnections(_logger, peer, _options.ConnectionsMax, _options.ConnectionsKey);
        }
    }

    private void Sweep()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.CloseIfIdle();
        }

        Buffers.Trim();
    }

    private void CloseAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Close();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Warning, "Accepting a connection failed: {Reason}.")]
        public static partial void AcceptFailed(ILogger logger, string reason);

        [LoggerMessage(3002, LogLevel.Warning,
            "Connection from {Peer} refused: {ConnectionsMax} are open ({Key}).")]
        public static partial void TooManyConnections(ILogger logger, string peer, int connectionsMax, string key);

        [LoggerMessage(3007, LogLevel.Warning,
            "Connection from {Peer} refused, with {ConnectionCount} open: file descriptors are used up, and what is "
            + "left is the log's. Raise the limit (ulimit -n, LimitNOFILE= of the service) or lower max.connections.")]
        public static partial void NoDescriptor(ILogger logger, string peer, int connectionCount);

        [LoggerMessage(3003, LogLevel.Error, "Connection from {Peer} closed by an unexpected error.")]
        public static partial void ConnectionFailed(ILogger logger, Exception error, string peer);

        [LoggerMessage(3006, LogLevel.Warning,
            "{Count} requests wait for memory, the first for {Seconds} s: {Bytes} bytes are held (see "
            + "queued.max.request.bytes), most of them, {HolderBytes}, by {Holder}.")]
        public static partial void WaitingForMemory(
            ILogger logger, int count, int seconds, long bytes, string holder, long holderBytes);

        [LoggerMessage(3004, LogLevel.Information, "Not listening on {Address} port {Port}: {Reason}.")]
        public static partial void SecondaryAddressSkipped(ILogger logger, string address, int port, string reason);
    }
}
