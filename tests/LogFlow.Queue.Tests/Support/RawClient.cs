using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>A connection on which a test sends exactly what it wants and sees exactly what comes back.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private int _correlationId = 100;

    private RawClient(Socket socket, string clientId)
    {
        _socket = socket;
        ClientId = clientId;
    }

    /// <summary>Brokers begin the ids that they give to members of classic groups with it.</summary>
    public string ClientId { get; }

    public Socket Socket => _socket;

    public static async Task<RawClient> ConnectAsync(int port, string clientId = "raw")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return new RawClient(socket, clientId);
    }

    /// <summary>A connection to a SASL listener without TLS, logged in by PLAIN.</summary>
    public static async Task<RawClient> LogInAsync(int port, string user, string password)
    {
        var client = await ConnectAsync(port);
        await client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(
            new SaslHandshakeRequest { Mechanism = "PLAIN" }, 1);
        var answer = await client.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(
            new SaslAuthenticateRequest { AuthBytes = Encoding.UTF8.GetBytes($"\0{user}\0{password}") }, 2);
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        return client;
    }

    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var correlationId = await SendAsync<TRequest, TResponse>(request, version);
        return await ReceiveAsync<TRequest, TResponse>(correlationId, version);
    }

    public async Task<int> SendAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var correlationId = _correlationId++;
        using var writer = new KafkaWriter();
        KafkaFrame.WriteRequest<TRequest, TResponse>(writer, request, version, correlationId, ClientId);
        await SendBytesAsync(writer.ToArray());
        return correlationId;
    }

    public async Task<TResponse> ReceiveAsync<TRequest, TResponse>(int correlationId, short version)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var frame = await ReceiveFrameAsync() ?? throw new IOException("the queue closed the connection");
        return Read();

        TResponse Read()
        {
            var reader = new KafkaReader(frame);
            Assert.Equal(correlationId, ResponseHeader.Read(ref reader, TRequest.ApiKey, version));
            var response = TResponse.Read(ref reader, version);
            reader.EnsureEnd();
            return response;
        }
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, limit.Token)..];
        }
    }

    /// <summary>The next frame without its length; null where the connection ended.</summary>
    public async Task<byte[]?> ReceiveFrameAsync()
    {
        var prefix = await ReceiveExactlyAsync(4);
        return prefix is null ? null : await ReceiveExactlyAsync(BinaryPrimitives.ReadInt32BigEndian(prefix));
    }

    /// <summary>Whether the queue closes this connection without a word.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await ReceiveFrameAsync() is null;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public Task<ProduceResponse> ProduceAsync(
        string topic, int partition, ReadOnlyMemory<byte>? batch, short acks = -1, short version = 9) =>
        AskAsync<ProduceRequest, ProduceResponse>(Some.Produce(topic, partition, batch, acks), version);

    public async Task<ProduceResponse.PartitionProduceResponse> ProduceOneAsync(
        string topic, ReadOnlyMemory<byte>? batch, short acks = -1, short version = 9) =>
        (await ProduceAsync(topic, 0, batch, acks, version)).Responses[0].PartitionResponses[0];

    public Task<FetchResponse> FetchAsync(FetchRequest request, short version = 11) =>
        AskAsync<FetchRequest, FetchResponse>(request, version);

    public async Task<FetchResponse.PartitionData> FetchOneAsync(string topic, long offset, int maxWaitMs = 0) =>
        (await FetchAsync(Some.Fetch(topic, offset, maxWaitMs))).Responses[0].Partitions[0];

    public async Task CreateTopicAsync(string topic, int partitions = 1, params (string Key, string Value)[] configs)
    {
        var response = await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            Some.CreateTopics(topic, partitions, configs), 5);
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]?> ReceiveExactlyAsync(int length)
    {
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[length];
        var received = 0;
        while (received < length)
        {
            var count = await _socket.ReceiveAsync(buffer.AsMemory(received), SocketFlags.None, limit.Token);
            if (count == 0)
            {
                return received == 0 ? null : throw new IOException("the connection ended inside of a frame");
            }

            received += count;
        }

        return buffer;
    }
}
