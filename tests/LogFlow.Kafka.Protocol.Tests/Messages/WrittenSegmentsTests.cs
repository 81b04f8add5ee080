using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Record payloads travel by reference, and the segments together are the message.</summary>
public sealed class WrittenSegmentsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(13)]
    public void ProduceRequest_WithLargeRecords_ReferencesThemInPlace(short version)
    {
        var first = Payload(KafkaWriter.ReferencedBytesMin);
        var small = Payload(KafkaWriter.ReferencedBytesMin - 1);
        var last = Payload(100_000);
        var request = Request(first, small, last);
        using var writer = new KafkaWriter();

        request.Write(writer, version);

        Assert.Contains(writer.Segments, segment => segment.Equals(first));
        Assert.Contains(writer.Segments, segment => segment.Equals(last));
        Assert.DoesNotContain(writer.Segments, segment => segment.Equals(small));
        var joined = writer.Segments.SelectMany(segment => segment.ToArray()).ToArray();
        Assert.Equal(joined.Length, writer.Length);
        Assert.Equal(joined, writer.ToArray());
        var reader = new KafkaReader(joined);
        var partitions = ProduceRequest.Read(ref reader, version).TopicData[0].PartitionData;
        reader.EnsureEnd();
        Assert.Equal([first, small, last], partitions.Select(p => p.Records!.Value.ToArray()));
    }

    [Fact]
    public void FetchResponse_AdjacentReferences_KeepTheirOrder()
    {
        using var writer = new KafkaWriter();
        var payloads = Enumerable.Range(0, 50).Select(i => Payload(1024 + i)).ToList();
        var response = new FetchResponse { Responses = [new() { Topic = "t" }] };
        foreach (var payload in payloads)
        {
            response.Responses[0].Partitions.Add(new() { PartitionIndex = payload.Length, Records = payload });
        }

        response.Write(writer, 12);

        var reader = new KafkaReader(writer.ToArray());
        var again = FetchResponse.Read(ref reader, 12).Responses[0].Partitions;
        Assert.Equal(payloads, again.Select(partition => partition.Records!.Value.ToArray()));
        Assert.Equal(payloads.Select(p => p.Length), again.Select(partition => partition.PartitionIndex));
    }

    [Fact]
    public void Writer_Reused_WritesTheSameAgain()
    {
        using var writer = new KafkaWriter();
        var request = Request(Payload(5000), Payload(10), Payload(2000));
        KafkaFrame.WriteRequest<ProduceRequest, ProduceResponse>(writer, request, 9, 1, "client");
        var first = writer.ToArray();

        writer.Reset();
        Assert.Equal(0, writer.Length);
        Assert.Empty(writer.Segments);
        KafkaFrame.WriteRequest<ProduceRequest, ProduceResponse>(writer, request, 9, 1, "client");

        Assert.Equal(first, writer.ToArray());
    }

    [Fact]
    public void Writer_AfterALargeMessage_WritesSmallOnes()
    {
        using var writer = new KafkaWriter();
        writer.WriteRaw(Payload(2_000_000));

        writer.Reset();
        writer.WriteInt32(7);

        Assert.Equal([0, 0, 0, 7], writer.ToArray());
    }

    [Fact]
    public void Writer_Disposed_CanBeUsedAgain()
    {
        var writer = new KafkaWriter();
        writer.WriteInt32(1);
        writer.Dispose();
        writer.Dispose();

        writer.WriteInt32(7);

        Assert.Equal([0, 0, 0, 7], writer.ToArray());
        writer.Dispose();
    }

    [Fact]
    public void ProduceRequest_ReusedWriter_AllocatesNothing()
    {
        using var writer = new KafkaWriter();
        var request = Request(Payload(5000), Payload(10), Payload(2000));
        WriteOnce(writer, request);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            WriteOnce(writer, request);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void WriteOnce(KafkaWriter writer, ProduceRequest request)
    {
        writer.Reset();
        KafkaFrame.WriteRequest<ProduceRequest, ProduceResponse>(writer, request, 9, 1, "client");
        _ = writer.Segments.Count;
    }

    private static ProduceRequest Request(params byte[][] payloads)
    {
        var topic = new ProduceRequest.TopicProduceData { Name = "logs", TopicId = new Guid(1, 2, 3, new byte[8]) };
        foreach (var payload in payloads)
        {
            topic.PartitionData.Add(new() { Index = topic.PartitionData.Count, Records = payload });
        }

        return new ProduceRequest { Acks = -1, TimeoutMs = 30_000, TopicData = [topic] };
    }

    private static byte[] Payload(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
