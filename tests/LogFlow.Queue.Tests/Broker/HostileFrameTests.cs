using System.Buffers.Binary;
using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>What broken and hostile clients send ends their own connection, with one line that says why.</summary>
public sealed class HostileFrameTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(104_857_601)]
    [InlineData(int.MaxValue)]
    [InlineData(0x47455420)]
    public async Task Frame_LengthOutOfBounds_ClosesThatConnectionOnly(int length)
    {
        await using var queue = await TestQueue.StartAsync();
        using var bystander = await queue.ConnectAsync();
        using var hostile = await queue.ConnectAsync();
        var allocatedBefore = GC.GetTotalAllocatedBytes();

        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        await hostile.SendBytesAsync(prefix);

        Assert.True(await hostile.IsClosedAsync());
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocatedBefore, 0, 16 << 20);
        var line = Assert.Single(queue.Warnings);
        Assert.Contains("127.0.0.1", line, StringComparison.Ordinal);
        Assert.Contains("frame of", line, StringComparison.Ordinal);
        await AssertAliveAsync(bystander);
    }

    [Fact]
    public async Task Frame_StalledInTheMiddle_IsCutOffAndItsMemoryFreed()
    {
        await using var harness = await StalledServer.StartAsync(stall: TimeSpan.FromSeconds(3));
        using var slow = await harness.ConnectAsync();
        await slow.SendBytesAsync(Convert.FromHexString("00010000" + "0012"));
        await Eventually.TrueAsync(() => harness.Server.Budget.BytesHeld > 0, "the frame's budget to be held");

        Assert.True(await slow.IsClosedAsync());
        await Eventually.TrueAsync(() => harness.Server.Budget.BytesHeld == 0, "the frame's budget to come back");
        Assert.Contains(harness.Logs.Lines, line => line.Message.Contains("moved no byte", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connection_Idle_IsClosed()
    {
        await using var harness = await StalledServer.StartAsync(
            stall: TimeSpan.FromSeconds(30), idle: TimeSpan.FromMilliseconds(300));
        using var client = await harness.ConnectAsync();
        Assert.True(await client.IsClosedAsync());
        Assert.Contains(harness.Logs.Lines, line => line.Message.Contains("idle", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0000" + "0002" + "00000001" + "FFFF", "Produce version 2")]
    [InlineData("03E7" + "0000" + "00000001" + "FFFF", "API key 999")]
    [InlineData("FFFF" + "0000" + "00000001" + "FFFF", "API key -1")]
    [InlineData("0003" + "0001" + "00000001" + "FFFF" + "7FFFFFFF", "malformed Metadata")]
    [InlineData("0003" + "0001" + "00000001" + "FFFF" + "00000001", "malformed Metadata")]
    [InlineData("0003" + "0001" + "00000001" + "7FFF", "closed")]
    public async Task Frame_NoValidRequest_ClosesWithTheReason(string frame, string reason)
    {
        await using var queue = await TestQueue.StartAsync();
        using var bystander = await queue.ConnectAsync();
        using var hostile = await queue.ConnectAsync();
        var bytes = Convert.FromHexString(frame);
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, bytes.Length);
        await hostile.SendBytesAsync((byte[])[.. prefix, .. bytes]);
        Assert.True(await hostile.IsClosedAsync());
        Assert.Contains(reason, Assert.Single(queue.Warnings), StringComparison.Ordinal);
        await AssertAliveAsync(bystander);
    }

    [Fact]
    public async Task Frame_EarlierRequests_AreAnsweredBeforeTheBadOneCloses()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var sent = await client.SendAsync<ProduceRequest, ProduceResponse>(Some.Produce("logs", 0, Some.Batch()), 9);
        await client.SendBytesAsync(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF });
        var response = await client.ReceiveAsync<ProduceRequest, ProduceResponse>(sent, 9);
        Assert.Equal(ErrorCode.None, response.Responses[0].PartitionResponses[0].ErrorCode);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task Frames_RandomAndMutated_NeverHurtOthers()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var queue = await TestQueue.StartAsync();
        using var bystander = await queue.ConnectAsync();
        await bystander.CreateTopicAsync("logs");
        using var writer = new KafkaWriter();
        for (var round = 0; round < 300; round++)
        {
            using var hostile = await queue.ConnectAsync();
            await TrySendAsync(hostile, round % 3 == 0 ? RandomFrame(random) : MutatedFrame(random, writer));
            hostile.Socket.Shutdown(SocketShutdown.Send);
            if (round % 50 == 0)
            {
                await AssertAliveAsync(bystander);
            }
        }

        await AssertAliveAsync(bystander);
        Assert.Equal(ErrorCode.None, (await bystander.ProduceOneAsync("logs", Some.Batch())).ErrorCode);
    }

    [Fact]
    public async Task Reader_ThatTakesNothing_DoesNotBlockOthers()
    {
        await using var queue = await TestQueue.StartAsync();
        using var producer = await queue.ConnectAsync();
        await producer.CreateTopicAsync("logs");
        for (var i = 0; i < 20; i++)
        {
            await producer.ProduceOneAsync("logs", Some.Batch(100, new string('x', 5000)));
        }

        using var lazy = await queue.ConnectAsync();
        for (var i = 0; i < 100; i++)
        {
            // More answers than the sockets hold: the queue stops reading this connection, and only this one.
            await lazy.SendAsync<FetchRequest, FetchResponse>(Some.Fetch("logs", 0), 11);
        }

        await AssertAliveAsync(producer);
        Assert.Equal(2000, (await producer.FetchOneAsync("logs", 2000)).HighWatermark);
    }

    [Fact]
    public async Task Connections_OneTooMany_IsRefusedWithAWarning()
    {
        await using var queue = await TestQueue.StartAsync(config => config.MaxConnections = 2);
        using var first = await queue.ConnectAsync();
        using (var second = await queue.ConnectAsync())
        {
            await AssertAliveAsync(first);
            await AssertAliveAsync(second);
            using var third = await queue.ConnectAsync();
            Assert.True(await third.IsClosedAsync());
            Assert.Contains("max.connections", Assert.Single(queue.Warnings), StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(() => queue.Service.GetStatus().ConnectionCount == 1, "the second to be gone");
        using var fourth = await queue.ConnectAsync();
        await AssertAliveAsync(fourth);
    }

    [Fact]
    public async Task Connections_ManyIdle_CostLittle()
    {
        await using var queue = await TestQueue.StartAsync();
        var clients = new List<RawClient>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 1000; i++)
        {
            clients.Add(await queue.ConnectAsync());
        }

        await Eventually.TrueAsync(() => queue.Service.GetStatus().ConnectionCount == 1000, "1000 connections");
        var perConnection = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1000;
        output.WriteLine($"{perConnection} bytes for both ends of an idle connection");
        Assert.InRange(perConnection, 0, 16 << 10);
        await AssertAliveAsync(clients[500]);
        clients.ForEach(client => client.Dispose());
    }

    private static async Task AssertAliveAsync(RawClient client)
    {
        var response = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
    }

    private static async Task TrySendAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendBytesAsync(bytes);
        }
        catch (SocketException)
        {
            // The queue has closed it already.
        }
    }

    private static byte[] RandomFrame(Random random)
    {
        var bytes = new byte[random.Next(4, 300)];
        random.NextBytes(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        if (random.Next(2) == 0 && bytes.Length > 12)
        {
            bytes[4] = 0;
            bytes[5] = (byte)random.Next(70);
            bytes[6] = 0;
            bytes[7] = (byte)random.Next(14);
        }

        return bytes;
    }

    private static byte[] MutatedFrame(Random random, KafkaWriter writer)
    {
        writer.Reset();
        if (random.Next(2) == 0)
        {
            KafkaFrame.WriteRequest<ProduceRequest, ProduceResponse>(
                writer, Some.Produce("logs", 0, Some.Batch(3)), (short)random.Next(3, 13), 1, "m");
        }
        else
        {
            KafkaFrame.WriteRequest<FetchRequest, FetchResponse>(
                writer, Some.Fetch("logs", 0), (short)random.Next(4, 13), 1, "m");
        }

        var frame = writer.ToArray();
        for (var flips = random.Next(1, 6); flips > 0; flips--)
        {
            frame[random.Next(4, frame.Length)] ^= (byte)(1 << random.Next(8));
        }

        return frame;
    }
}
