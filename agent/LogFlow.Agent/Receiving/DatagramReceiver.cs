using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Messages that come alone: <c>udp</c>, <c>unix</c> datagrams, <c>syslog</c> by these. Nobody can be asked to wait, so
/// what finds no room in the spool is lost and counted. What the system itself drops, because its buffer was full,
/// nobody sees: <c>read_buffer</c> makes that larger.
/// </summary>
internal sealed partial class DatagramReceiver(ReceiveContext context) : IReceiver
{
    /// <summary>The longest datagram that Linux hands over between processes by default is shorter.</summary>
    private const int DatagramMax = 512 << 10;

    /// <summary>Written to the spool at once.</summary>
    private const int BatchBytes = 256 << 10;

    /// <summary>Senders whose names are kept.</summary>
    private const int SendersMax = 1024;

    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<SocketAddress, string> _senders = [];
    private Socket? _socket;

    /// <summary>Where it listens; for tests.</summary>
    public EndPoint? LocalEndPoint => _socket?.LocalEndPoint;

    private bool IsUnix => context.Config.Transport == "unix";

    /// <inheritdoc/>
    public void Open()
    {
        _socket = IsUnix
            ? UnixSocketFile.Bind(context.Config)
            : ListenPlace.TryParse(context.Config.ListenHost)!.Bind(context.Config, SocketType.Dgram);
        if (context.Config.ReadBuffer is { } buffer)
        {
            _socket.ReceiveBufferSize = (int)Math.Min(int.MaxValue, buffer.Bytes);
        }

        Log.Listening(
            context.Logger, context.InputId,
            IsUnix ? context.Config.SocketPath : _socket.LocalEndPoint?.ToString() ?? "");
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        // One byte more than is kept tells what was longer.
        var buffer = new byte[Math.Min(context.LengthMax, DatagramMax) + 1];
        var address = new SocketAddress(_socket!.AddressFamily);
        var lines = new SpoolLines(context.Time);
        while (true)
        {
            try
            {
                do
                {
                    await ReceiveAsync(buffer, address, lines, stopping);
                }
                while (_socket.Available > 0 && lines.Bytes.Length < BatchBytes);
            }
            catch (SocketException error)
            {
                context.Counters.AddError();
                Log.NotReceived(context.Logger, context.InputId, error.Message);
                await Task.Delay(FailurePause, context.Time, stopping);
            }
            finally
            {
                context.AppendOrDrop(lines);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        if (_socket is not null && IsUnix)
        {
            UnixSocketFile.Remove(context.Config.SocketPath);
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask ReceiveAsync(
        byte[] buffer, SocketAddress address, SpoolLines lines, CancellationToken stopping)
    {
        var sender = "";
        int length;
        if (IsUnix)
        {
            length = await _socket!.ReceiveAsync(buffer, SocketFlags.None, stopping);
        }
        else
        {
            length = await _socket!.ReceiveFromAsync(buffer, SocketFlags.None, address, stopping);
            sender = NameOf(address);
        }

        var isTruncated = length == buffer.Length;
        var message = buffer.AsSpan(0, isTruncated ? length - 1 : length);

        // What senders put behind their text, and is no part of it.
        lines.Add(message.TrimEnd("\r\n\0"u8), isTruncated, sender);
    }

    private string NameOf(SocketAddress address)
    {
        if (!_senders.TryGetValue(address, out var name))
        {
            if (_senders.Count >= SendersMax)
            {
                _senders.Clear();
            }

            name = StreamReceiver.Display(_socket!.LocalEndPoint!.Create(address));
            var kept = new SocketAddress(address.Family, address.Size);
            address.Buffer.Span[..address.Size].CopyTo(kept.Buffer.Span);
            _senders.Add(kept, name);
        }

        return name;
    }

    private static partial class Log
    {
        [LoggerMessage(4615, LogLevel.Information, "Input {Input} listens for datagrams on {Place}")]
        public static partial void Listening(ILogger logger, string input, string place);

        [LoggerMessage(4616, LogLevel.Warning, "Input {Input}: nothing can be received: {Reason}. It is tried again")]
        public static partial void NotReceived(ILogger logger, string input, string reason);
    }
}
