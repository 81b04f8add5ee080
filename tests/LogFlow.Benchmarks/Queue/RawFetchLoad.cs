using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Benchmarks;

/// <summary>
/// Fetches a partition over one connection, one large answer after the other, and looks at no more than the batches'
/// headers: what the broker and the loopback interface can do.
/// </summary>
internal sealed class RawFetchLoad : IDisposable
{
    private const short Version = 12;
    private const int AnswerBytes = 50 << 20;
    private const int LengthPrefixBytes = 4;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    private readonly byte[] _frame = GC.AllocateUninitializedArray<byte>(AnswerBytes + (2 << 20));
    private int _correlationId;

    public RawFetchLoad(string address) => _socket.Connect(IPEndPoint.Parse(address));

    /// <summary>Reads so many records from the start and returns the bytes that came.</summary>
    public long FetchAll(string topic, long records)
    {
        var bytes = 0L;
        for (var offset = 0L; offset < records;)
        {
            bytes += Fetch(topic, ref offset);
        }

        return bytes;
    }

    public void Dispose() => _socket.Dispose();

    private int Fetch(string topic, ref long offset)
    {
        Send(topic, offset);
        Receive(_frame.AsSpan(0, LengthPrefixBytes));
        var length = BinaryPrimitives.ReadInt32BigEndian(_frame);
        Receive(_frame.AsSpan(0, length));
        var reader = new KafkaReader(_frame.AsMemory(0, length));
        ResponseHeader.Read(ref reader, ApiKey.Fetch, Version);
        var partition = FetchResponse.Read(ref reader, Version).Responses[0].Partitions[0];
        if (partition.ErrorCode != ErrorCode.None)
        {
            throw new InvalidOperationException($"{topic}: {partition.ErrorCode}");
        }

        var walk = RecordBatch.Walk(partition.Records!.Value.Span);
        while (walk.MoveNext())
        {
            offset = walk.Header.NextOffset;
        }

        return length;
    }

    private void Send(string topic, long offset)
    {
        var partition = new FetchRequest.FetchPartition { FetchOffset = offset, PartitionMaxBytes = AnswerBytes };
        var request = new FetchRequest
        {
            MaxWaitMs = 1000,
            MinBytes = 1,
            MaxBytes = AnswerBytes,
            Topics = { new FetchRequest.FetchTopic { Topic = topic, Partitions = { partition } } },
        };
        using var writer = new KafkaWriter();
        KafkaFrame.WriteRequest<FetchRequest, FetchResponse>(writer, request, Version, _correlationId++, "raw");
        _socket.Send(writer.ToArray());
    }

    private void Receive(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = _socket.Receive(bytes);
            if (count == 0)
            {
                throw new IOException("the broker closed the connection");
            }

            bytes = bytes[count..];
        }
    }
}
