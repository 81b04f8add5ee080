using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using LogFlow.Testing;

namespace LogFlow.Kafka.Client.Tests;

public sealed class KafkaConnectionTests
{
    private static readonly KafkaConnectionOptions Options = new(
        "test", TimeSpan.FromSeconds(30), 8, 16 * 1024 * 1024, new BytePool(1024 * 1024));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Open_BrokerKnowsOnlyOlderApiVersions_FallsBackToItsHighest(short max)
    {
        var cluster = new FakeCluster { ApiVersionsMax = max };

        await using var connection = await OpenAsync(cluster);

        Assert.True(connection.IsOpen);
        Assert.Equal(max, cluster.Requests[^1].Version);
        Assert.Equal(MetadataRequest.MaxVersion, connection.Versions.Negotiate<MetadataRequest, MetadataResponse>());
    }

    [Fact]
    public async Task Negotiate_CapBelowBrokersMinimum_NamesBothRanges()
    {
        await using var connection = await OpenAsync(new FakeCluster());

        var exception = Assert.Throws<KafkaException>(
            () => connection.Versions.Negotiate<ProduceRequest, ProduceResponse>(versionMax: 2));

        Assert.Equal(ErrorCode.UnsupportedVersion, exception.Code);
        Assert.Contains("Produce", exception.Message);
    }

    [Fact]
    public async Task Send_ManyAtOnce_EachGetsItsOwnAnswer()
    {
        await using var connection = await OpenAsync(new FakeCluster());

        var sends = Enumerable.Range(0, 100).Select(_ => InitAsync(connection)).ToArray();

        var ids = (await Task.WhenAll(sends)).Select(response => response.ProducerId);
        Assert.Equal(100, ids.Distinct().Count());
    }

    [Fact]
    public async Task Response_WrongCorrelationId_ClosesTheConnection()
    {
        var cluster = new FakeCluster();
        await using var connection = await OpenAsync(cluster);
        cluster.Tamper = static (_, frame) =>
        {
            frame[7] ^= 0x55;
            return frame;
        };

        var exception = await Assert.ThrowsAsync<KafkaException>(() => InitAsync(connection));

        Assert.True(exception.IsRetriable);
        Assert.False(connection.IsOpen);
    }

    [Theory]
    [InlineData(0x7f)]
    [InlineData(0x80)]
    public async Task Response_ImpossibleLength_ClosesTheConnectionWithoutAllocating(byte highByte)
    {
        var cluster = new FakeCluster();
        await using var connection = await OpenAsync(cluster);
        cluster.Tamper = (_, frame) =>
        {
            frame[0] = highByte;
            return frame;
        };

        await Assert.ThrowsAsync<KafkaException>(() => InitAsync(connection));

        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task Response_EveryPrefixOfItsBody_FailsTheRequestOnly()
    {
        // A frame whose length is right for what is there, but whose body ends early.
        for (var length = 4; length < 20; length++)
        {
            var cluster = new FakeCluster();
            await using var connection = await OpenAsync(cluster);
            var cut = length;
            cluster.Tamper = (_, frame) =>
            {
                var shortened = frame[..Math.Min(frame.Length - 1, sizeof(int) + cut)];
                shortened[3] = (byte)(shortened.Length - sizeof(int));
                return shortened;
            };

            var exception = await Assert.ThrowsAsync<KafkaException>(() => InitAsync(connection));

            Assert.Equal(ErrorCode.NetworkException, exception.Code);
        }
    }

    [Fact]
    public async Task Send_NoAnswerInTime_ClosesTheConnectionAndFailsAllUnderWay()
    {
        var never = new TaskCompletionSource();
        var cluster = new FakeCluster { ProduceGate = _ => never.Task };
        var impatient = Options with { RequestTimeout = TimeSpan.FromSeconds(2) };
        await using var connection = await OpenAsync(cluster, impatient);

        var first = ProduceAsync(connection);
        var second = InitAsync(connection);

        Assert.Equal(ErrorCode.RequestTimedOut, (await Assert.ThrowsAsync<KafkaException>(() => first)).Code);
        await Assert.ThrowsAsync<KafkaException>(() => second);
        await Assert.ThrowsAsync<KafkaException>(() => InitAsync(connection));
        never.SetResult();
    }

    [Fact]
    public async Task Response_AnnouncesMuchAndSendsLittle_CostsWhatHasArrived()
    {
        var buffers = new BytePool(0);
        var cluster = new FakeCluster();
        await using var connection = await OpenAsync(
            cluster, Options with { Buffers = buffers, ResponseBytesMax = 900 << 20 });
        cluster.Tamper = (_, frame) =>
        {
            BinaryPrimitives.WriteInt32BigEndian(frame, 800 << 20);
            return frame;
        };
        var before = GC.GetTotalAllocatedBytes();

        var request = InitAsync(connection);
        await Eventually.TrueAsync(() => buffers.LentCount == 1, "the response to begin");
        cluster.DropAll();
        await Assert.ThrowsAsync<KafkaException>(() => request);

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
        Assert.Equal(0, buffers.LentCount);
    }

    [Theory]
    [InlineData(1024 * 1024)]
    [InlineData((1024 * 1024) + 1)]
    [InlineData(9_000_000)]
    public async Task Response_LargerThanItsFirstMemory_ArrivesWhole(int length)
    {
        var buffers = new BytePool(0);
        var cluster = new FakeCluster();
        var connection = await OpenAsync(cluster, Options with { Buffers = buffers });
        await using (connection)
        {
            // What follows the fields that a version knows belongs to newer ones, and is part of the frame.
            cluster.Tamper = (_, frame) =>
            {
                var longer = new byte[sizeof(int) + length];
                frame.CopyTo(longer, 0);
                BinaryPrimitives.WriteInt32BigEndian(longer, length);
                return longer;
            };
            var version = InitProducerIdRequest.MaxVersion;
            using var response = await connection.SendAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new InitProducerIdRequest { TransactionalId = null }, version, pooled: true, timeout: null, default);

            Assert.Equal(length, response.Frame!.Value.Length);
            Assert.True(response.Message.ProducerId > 0);
        }

        Assert.Equal(0, buffers.LentCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_CancelledWhileTheResponseComes_GivesItsMemoryBack(bool pooled)
    {
        var buffers = new BytePool(0);
        for (var round = 0; round < 50; round++)
        {
            var cluster = new FakeCluster();
            await using var connection = await OpenAsync(cluster, Options with { Buffers = buffers });
            using var cancellation = new CancellationTokenSource();
            cluster.Tamper = (_, frame) =>
            {
                cancellation.Cancel();
                return frame;
            };
            var version = InitProducerIdRequest.MaxVersion;
            try
            {
                using var response = await connection.SendAsync<InitProducerIdRequest, InitProducerIdResponse>(
                    new InitProducerIdRequest { TransactionalId = null }, version, pooled, null, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                // One of the two outcomes; both give back.
            }
        }

        Assert.Equal(0, buffers.LentCount);
    }

    private static async Task<KafkaConnection> OpenAsync(FakeCluster cluster, KafkaConnectionOptions? options = null)
    {
        var endpoint = new BrokerEndpoint("broker0", 9092);
        var transport = await cluster.OpenAsync(endpoint, default);
        return await KafkaConnection.OpenAsync(endpoint, transport, options ?? Options, TimeProvider.System, default);
    }

    private static async Task<InitProducerIdResponse> InitAsync(KafkaConnection connection)
    {
        using var response = await connection.SendAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new InitProducerIdRequest { TransactionalId = null }, 4, pooled: true, timeout: null, default);
        return response.Message;
    }

    private static async Task ProduceAsync(KafkaConnection connection)
    {
        using var response = await connection.SendAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest { Acks = -1 }, 9, pooled: false, timeout: null, default);
    }
}
