using System.Net;
using System.Net.Sockets;
using System.Text;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Messages of connections: <c>tcp</c>, <c>unix</c>, and <c>syslog</c> by these. A connection is read no further while
/// the spool has no room. Idle ones hold no buffer.
/// </summary>
internal sealed partial class StreamReceiver : IReceiver
{
    private const int BufferSize = 64 << 10;
    private const int Backlog = 512;

    /// <summary>After a failed accept, which mostly is too many open files.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly ReceiveContext _context;
    private readonly byte[] _delimiter;
    private readonly TlsServer? _tls;
    private readonly BackgroundWork _connections = new();
    private readonly SemaphoreSlim? _places;
    private Socket? _listener;

    public StreamReceiver(ReceiveContext context)
    {
        _context = context;
        _delimiter = Encoding.UTF8.GetBytes(context.Config.LineDelimiter);
        _tls = context.Config.Ssl?.CreateServer(context.Time);
        _places = context.Config.MaxConnections > 0 ? new SemaphoreSlim(context.Config.MaxConnections) : null;
    }

    /// <summary>Where it listens; for tests.</summary>
    public EndPoint? LocalEndPoint => _listener?.LocalEndPoint;

    private bool IsUnix => _context.Config.Transport == "unix";

    /// <inheritdoc/>
    public void Open()
    {
        _listener = IsUnix
            ? UnixSocketFile.Bind(_context.Config)
            : ListenPlace.TryParse(_context.Config.ListenHost)!.Bind(_context.Config, SocketType.Stream);
        _listener.Listen(Backlog);
        Log.Listening(
            _context.Logger, _context.InputId,
            IsUnix ? _context.Config.SocketPath : _listener.LocalEndPoint?.ToString() ?? "", _tls is not null);
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        var isSaid = false;
        while (true)
        {
            if (_places is not null)
            {
                await _places.WaitAsync(stopping);
            }

            try
            {
                var socket = await _listener!.AcceptAsync(stopping);
                isSaid = false;
                if (!Begin(socket))
                {
                    socket.Dispose();
                }
            }
            catch (SocketException error)
            {
                _places?.Release();
                if (!isSaid)
                {
                    isSaid = true;
                    _context.Counters.AddError();
                    Log.NotAccepted(_context.Logger, _context.InputId, error.Message);
                }

                await Task.Delay(AcceptPause, _context.Time, stopping);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        if (_listener is not null && IsUnix)
        {
            UnixSocketFile.Remove(_context.Config.SocketPath);
        }

        await _connections.DisposeAsync();
        _places?.Dispose();
    }

    private bool Begin(Socket socket) =>
        _connections.Start("a connection", stopping => ServeAsync(socket, stopping));

    /// <summary>One connection. What goes wrong with it ends it alone.</summary>
    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        var sender = IsUnix ? "" : Display(socket.RemoteEndPoint);
        try
        {
            using (socket)
            {
                await using var stream = await OpenAsync(socket, stopping);
                await ReceiveAsync(stream, sender, stopping);
            }
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            Log.ConnectionEnded(
                _context.Logger, _context.InputId, sender,
                error is OperationCanceledException ? "it was silent for too long" : error.Message);
        }
        finally
        {
            _places?.Release();
        }
    }

    private async Task<Stream> OpenAsync(Socket socket, CancellationToken stopping)
    {
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (_tls is null)
        {
            return plain;
        }

        using var limit = Limit(stopping, out var registration);
        using (registration)
        {
            limit.CancelAfter(_context.Config.ConnectionTimeout);
            return await _tls.AcceptAsync(plain, limit.Token);
        }
    }

    private async Task ReceiveAsync(Stream stream, string sender, CancellationToken stopping)
    {
        var lines = new SpoolLines(_context.Time);
        using var splitter = new MessageSplitter(
            _context.Config.Framing, _delimiter, _context.LengthMax, _context.Room,
            (message, isTruncated) => lines.Add(message, isTruncated, sender));
        try
        {
            using var limit = Limit(stopping, out var registration);
            using (registration)
            {
                while (await ReadAsync(stream, splitter, limit))
                {
                    await _context.AppendAsync(lines, stopping);
                }
            }
        }
        finally
        {
            // Whatever ended it, what had come is kept, and no stop waits for room.
            splitter.Finish();
            _context.AppendOrDrop(lines);
        }
    }

    /// <summary>Reads once; false at the end.</summary>
    private async ValueTask<bool> ReadAsync(
        Stream stream, MessageSplitter splitter, CancellationTokenSource limit)
    {
        limit.CancelAfter(_context.Config.ConnectionTimeout);
        _ = await stream.ReadAsync(Memory<byte>.Empty, limit.Token);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var read = await stream.ReadAsync(buffer, limit.Token);
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            splitter.Feed(buffer.AsSpan(0, read));
            return read > 0;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private CancellationTokenSource Limit(CancellationToken stopping, out CancellationTokenRegistration registration)
    {
        var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _context.Time);
        registration = stopping.Register(static state => ((CancellationTokenSource)state!).Cancel(), limit);
        return limit;
    }

    /// <summary>An address as it is written where both versions of IP are served.</summary>
    internal static string Display(EndPoint? endPoint) =>
        endPoint is IPEndPoint { Address: { IsIPv4MappedToIPv6: true } mapped } address
            ? new IPEndPoint(mapped.MapToIPv4(), address.Port).ToString()
            : endPoint?.ToString() ?? "";

    private static partial class Log
    {
        [LoggerMessage(4610, LogLevel.Information, "Input {Input} listens on {Place} (TLS: {IsTls})")]
        public static partial void Listening(ILogger logger, string input, string place, bool isTls);

        [LoggerMessage(4611, LogLevel.Warning,
            "Input {Input}: a connection cannot be taken: {Reason}. It is tried again each second")]
        public static partial void NotAccepted(ILogger logger, string input, string reason);

        [LoggerMessage(4612, LogLevel.Warning, "Input {Input}: the connection of {Sender} was ended: {Reason}")]
        public static partial void ConnectionEnded(ILogger logger, string input, string sender, string reason);
    }
}
