using System.Buffers.Binary;
using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// Seeded garbage for every API in every version, whole, cut off, too long and slow: at most that connection closes,
/// the memory that was held for it comes back, and nothing is logged as an error.
/// </summary>
public sealed class FrameFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public async Task EveryApiAndVersion_GarbageBodies_HurtNobodyElse()
    {
        var random = new Random(Seed());
        await using var queue = await TestQueue.StartAsync();
        using var bystander = await queue.ConnectAsync();
        await bystander.CreateTopicAsync("logs");
        var apis = await bystander.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 3);
        foreach (var api in apis.ApiKeys)
        {
            for (var version = api.MinVersion; version <= api.MaxVersion; version++)
            {
                for (var round = 0; round < 3; round++)
                {
                    using var hostile = await queue.ConnectAsync();
                    await TrySendAsync(hostile, Frame(random, (short)api.ApiKey, version));
                    hostile.Socket.Shutdown(SocketShutdown.Send);
                }
            }

            await AssertServedAsync(bystander);
        }

        Assert.Equal(ErrorCode.None, (await bystander.ProduceOneAsync("logs", Some.Batch())).ErrorCode);
        await Eventually.TrueAsync(() => queue.Service.GetStatus().ConnectionCount == 1, "the hostile ones to be gone");
    }

    [Fact]
    public async Task FramesInPieces_CutAtRandom_AreReadAsOne()
    {
        var random = new Random(Seed());
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        using var writer = new KafkaWriter();
        for (var round = 0; round < 20; round++)
        {
            writer.Reset();
            KafkaFrame.WriteRequest<ProduceRequest, ProduceResponse>(
                writer, Some.Produce("logs", 0, Some.Batch(random.Next(1, 50))), 9, round, "slow");
            var rest = writer.ToArray().AsMemory();
            while (!rest.IsEmpty)
            {
                var piece = random.Next(1, Math.Min(rest.Length, 200) + 1);
                await client.SendBytesAsync(rest[..piece]);
                rest = rest[piece..];
            }

            var answer = await client.ReceiveAsync<ProduceRequest, ProduceResponse>(round, 9);
            Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
        }
    }

    [Fact]
    public async Task InFlightBytes_AtTheLimit_LaterFramesWaitAndAreThenServed()
    {
        await using var queue = await TestQueue.StartAsync(config => config.QueuedMaxRequestBytes = 1 << 20);
        using var producer = await queue.ConnectAsync();
        await producer.CreateTopicAsync("logs");
        using var slow = await queue.ConnectAsync();
        using var waiting = await queue.ConnectAsync();
        await slow.SendBytesAsync(Prefix(900_000));
        await slow.SendBytesAsync(new byte[1000]);

        // Its frame does not fit beside the one that is held for the slow client; whoever comes later waits behind it.
        var sent = await waiting.SendAsync<ProduceRequest, ProduceResponse>(
            Some.Produce("logs", 0, Some.Batch(1, new string('x', 300_000))), 9);
        Assert.Equal(0, queue.Service.GetStatus().RecordsIn);
        slow.Socket.Shutdown(SocketShutdown.Both);
        var answer = await waiting.ReceiveAsync<ProduceRequest, ProduceResponse>(sent, 9);
        Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
        await AssertServedAsync(producer);
    }

    [Fact]
    public async Task Frame_ThatComesByteByByte_IsCutOffAndItsMemoryFreed()
    {
        await using var harness = await StalledServer.StartAsync(stall: TimeSpan.FromMilliseconds(500));
        var slow = await BeginFrameAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                // Never silent for as long as a stall takes, and yet it would take an hour. Where this process had to
                // wait for a core that long, it was silent and is cut off as such: then it begins again.
                if (!await TrySendAsync(slow, [0]) && !WasTooSlow())
                {
                    slow.Dispose();
                    slow = await BeginFrameAsync();
                }

                return WasTooSlow();
            },
            "the slow frame to be cut off");
        slow.Dispose();
        await Eventually.TrueAsync(() => harness.Server.Budget.BytesHeld == 0, "the frame's budget to come back");

        bool WasTooSlow() =>
            harness.Logs.Lines.Any(line => line.Message.Contains("too slowly", StringComparison.Ordinal));

        async Task<RawClient> BeginFrameAsync()
        {
            var client = await harness.ConnectAsync();
            await client.SendBytesAsync(Prefix(1 << 16));
            return client;
        }
    }

    private static byte[] Prefix(int length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        return prefix;
    }

    /// <summary>A header as it should be, and behind it bytes that mean nothing, or almost something.</summary>
    private static byte[] Frame(Random random, short key, short version)
    {
        var body = new byte[random.Next(0, 120)];
        random.NextBytes(body);
        if (random.Next(2) == 0)
        {
            // Small numbers are lengths and counts that fit: the reader gets further with them.
            for (var i = 0; i < body.Length; i++)
            {
                body[i] = (byte)(body[i] % 4);
            }
        }

        var frame = new byte[4 + 10 + body.Length];
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(4), key);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(6), version);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(12), -1);
        body.CopyTo(frame.AsSpan(14));

        // Sometimes the length says more or less than what comes.
        var said = frame.Length - 4 + (random.Next(5) == 0 ? random.Next(-10, 10) : 0);
        BinaryPrimitives.WriteInt32BigEndian(frame, said);
        return frame;
    }

    /// <returns>False: the queue has closed it already.</returns>
    private static async Task<bool> TrySendAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendBytesAsync(bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task AssertServedAsync(RawClient client)
    {
        var answer = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0);
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
    }

    private int Seed()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
