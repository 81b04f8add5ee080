using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using LogFlow.Platform;

namespace LogFlow.Agent.Tests;

/// <summary>
/// A Lumberjack 2 server, written from the protocol's description: keeps the events as they arrive and acknowledges
/// windows, or does with them what a test wants.
/// </summary>
internal sealed class FakeLumberjackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly BackgroundWork _work = new();
    private readonly X509Certificate2? _certificate;
    private int _connections;

    public FakeLumberjackServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _work.Start("accepting", AcceptAsync);
    }

    /// <summary>What to do with a window.</summary>
    /// <param name="Acks">Acknowledgements to send.</param>
    /// <param name="Closes">Whether the connection is closed then.</param>
    public sealed record Reply(uint[] Acks, bool Closes = false);

    /// <summary>Where it listens.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Events in the order of their arrival.</summary>
    public ConcurrentQueue<JsonElement> Events { get; } = new();

    /// <summary>Counts of the windows in the order of their arrival.</summary>
    public ConcurrentQueue<int> Windows { get; } = new();

    /// <summary>Frames that were compressed.</summary>
    public int CompressedFrames { get; private set; }

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether a client has to show a certificate; with TLS 1.3 it hears of it after the handshake.</summary>
    public bool RequiresClientCertificate { get; init; }

    /// <summary>Told the number of a window, from 1, and its count; null: all of it is acknowledged.</summary>
    public Func<int, int, Reply?>? OnWindow { get; set; }

    public string[] Messages => [.. Events.Select(each => each.GetProperty("message").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _work.DisposeAsync();
        _listener.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(stopping);
            }
            catch (SocketException)
            {
                return;
            }

            Interlocked.Increment(ref _connections);
            _work.Start("a connection", token => ServeAsync(client, token));
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions
                        {
                            ServerCertificate = _certificate,
                            ClientCertificateRequired = RequiresClientCertificate,
                        },
                        stopping);
                    stream = secure;
                }

                while (await ServeWindowAsync(stream, stopping))
                {
                }
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException
                or System.Security.Authentication.AuthenticationException)
            {
                // The agent was killed, or the test is over.
            }
        }
    }

    private async Task<bool> ServeWindowAsync(Stream stream, CancellationToken stopping)
    {
        var header = await ReadAsync(stream, 6, stopping);
        Assert.Equal("2W"u8.ToArray(), header[..2]);
        var count = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(2));
        var events = new List<JsonElement>();
        while (events.Count < count)
        {
            await ReadFrameAsync(stream, events, stopping);
        }

        Reply? reply;
        lock (Windows)
        {
            Windows.Enqueue(count);
            reply = OnWindow?.Invoke(Windows.Count, count);

            // What is not acknowledged may have arrived all the same: it is kept, too.
            events.ForEach(Events.Enqueue);
        }

        foreach (var ack in reply?.Acks ?? [(uint)count])
        {
            var frame = new byte[6];
            "2A"u8.CopyTo(frame);
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(2), ack);
            await stream.WriteAsync(frame, stopping);
        }

        return reply?.Closes != true;
    }

    private async Task ReadFrameAsync(Stream stream, List<JsonElement> events, CancellationToken stopping)
    {
        var type = await ReadAsync(stream, 2, stopping);
        Assert.Equal((byte)'2', type[0]);
        if (type[1] == 'J')
        {
            var sequence = await ReadNumberAsync(stream, stopping);
            Assert.Equal(events.Count + 1, sequence);
            var json = await ReadAsync(stream, await ReadNumberAsync(stream, stopping), stopping);
            events.Add(JsonDocument.Parse(json).RootElement);
            return;
        }

        Assert.Equal((byte)'C', type[1]);
        CompressedFrames++;
        var compressed = await ReadAsync(stream, await ReadNumberAsync(stream, stopping), stopping);
        using var plain = new MemoryStream();
        await using (var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress))
        {
            await zlib.CopyToAsync(plain, stopping);
        }

        plain.Position = 0;
        while (plain.Position < plain.Length)
        {
            await ReadFrameAsync(plain, events, stopping);
        }
    }

    private static async Task<int> ReadNumberAsync(Stream stream, CancellationToken stopping) =>
        BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(stream, 4, stopping));

    private static async Task<byte[]> ReadAsync(Stream stream, int count, CancellationToken stopping)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, stopping);
        return bytes;
    }
}
