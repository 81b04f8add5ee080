using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Stands between Kafka clients and a broker, passes every frame on as it is, keeps the exchanges.</summary>
internal sealed class CaptureProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int _brokerPort;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Exchange> _exchanges = new();
    private readonly Task _accepting;

    public CaptureProxy(int port, int brokerPort)
    {
        Port = port;
        _brokerPort = brokerPort;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The name that exchanges get from now on.</summary>
    public string Client { get; set; } = "";

    public IReadOnlyCollection<Exchange> Exchanges => _exchanges;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var broker = new TcpClient();
        using (client)
        {
            try
            {
                await broker.ConnectAsync(IPAddress.Loopback, _brokerPort, _stop.Token);
                var pending = new ConcurrentDictionary<int, (RequestHeader Header, byte[] Frame)>();
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                var (near, far) = (client.GetStream(), broker.GetStream());
                var requests = PumpAsync(near, far, frame => Remember(pending, frame), ended.Token);
                var responses = PumpAsync(far, near, frame => Match(pending, frame), ended.Token);
                await Task.WhenAny(requests, responses);
                await ended.CancelAsync();
                await Task.WhenAll(requests, responses);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // Either side may hang up at any time; what was seen until then is kept.
            }
        }
    }

    private static void Remember(ConcurrentDictionary<int, (RequestHeader, byte[])> pending, byte[] frame)
    {
        var reader = new KafkaReader(frame);
        var header = RequestHeader.Read(ref reader);
        pending[header.CorrelationId] = (header, frame);
    }

    private void Match(ConcurrentDictionary<int, (RequestHeader Header, byte[] Frame)> pending, byte[] frame)
    {
        if (pending.TryRemove(BinaryPrimitives.ReadInt32BigEndian(frame), out var request))
        {
            _exchanges.Enqueue(new Exchange(Client, request.Header, request.Frame, frame));
        }
    }

    private static async Task PumpAsync(
        NetworkStream from, NetworkStream to, Action<byte[]> see, CancellationToken cancel)
    {
        var length = new byte[4];
        while (await from.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancel) == length.Length)
        {
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await from.ReadExactlyAsync(frame, cancel);
            see(frame);
            await to.WriteAsync(length, cancel);
            await to.WriteAsync(frame, cancel);
        }
    }
}
