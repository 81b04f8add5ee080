using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// What clients announce, send slowly or send all at once, at and above what the queue may hold: others are answered
/// meanwhile, one request after the other, however long it lasts.
/// </summary>
public sealed class RequestMemoryTests
{
    private const int BudgetBytes = 1 << 20;

    [Theory]
    [InlineData(BudgetBytes / 4)]
    [InlineData(BudgetBytes / 4 + 1)]
    [InlineData(BudgetBytes)]
    [InlineData(BudgetBytes + 1)]
    [InlineData(67_000_000)]
    [InlineData(104_857_600)]
    public async Task Announced_ButNotSent_CostsOthersNothing(int announced)
    {
        await using var queue = await StartAsync();
        using var other = await queue.ConnectAsync();
        await other.CreateTopicAsync("logs");
        var hostile = new List<RawClient>();
        for (var i = 0; i < 50; i++)
        {
            hostile.Add(await queue.ConnectAsync());
            await hostile[i].SendBytesAsync(Prefix(announced));
        }

        for (var round = 0; round < 5; round++)
        {
            // "A byte now and then" and nothing at all.
            await hostile[round].SendBytesAsync(new byte[] { 0 });
            Assert.Equal(ErrorCode.None, (await other.ProduceOneAsync("logs", LargeBatch(200_000))).ErrorCode);
        }

        hostile.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task FrameLargerThanAll_ArrivesWhole_WhileOthersAreServed()
    {
        await using var queue = await StartAsync();
        using var large = await queue.ConnectAsync();
        using var other = await queue.ConnectAsync();
        await other.CreateTopicAsync("logs", 1, ("max.message.bytes", "8000000"));
        var frame = ProduceFrame(LargeBatch(3_900_000));
        Assert.True(frame.Length > 3 * BudgetBytes);
        for (var sent = 0; sent < frame.Length;)
        {
            var piece = Math.Min(100_000, frame.Length - sent);
            await large.SendBytesAsync(frame.AsMemory(sent, piece));
            sent += piece;
            Assert.Equal(ErrorCode.None, (await other.ProduceOneAsync("logs", LargeBatch(150_000))).ErrorCode);
        }

        var answer = await large.ReceiveAsync<ProduceRequest, ProduceResponse>(7, 9);
        Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
    }

    [Fact]
    public async Task HalfSentFrames_ThatFillEverything_AreAllAnswered()
    {
        await using var queue = await StartAsync();
        using var other = await queue.ConnectAsync();
        await other.CreateTopicAsync("logs");
        var frame = ProduceFrame(LargeBatch(200_000));
        var clients = new List<RawClient>();
        for (var i = 0; i < 20; i++)
        {
            clients.Add(await queue.ConnectAsync());
            await clients[i].SendBytesAsync(frame.AsMemory(0, frame.Length / 2));
        }

        foreach (var client in clients)
        {
            await client.SendBytesAsync(frame.AsMemory(frame.Length / 2));
        }

        foreach (var client in clients)
        {
            var answer = await client.ReceiveAsync<ProduceRequest, ProduceResponse>(7, 9);
            Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
        }

        Assert.Equal(20, (await other.FetchOneAsync("logs", 20)).HighWatermark);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task HalfSentFrames_ThatNeverGoOn_AreCutWhenOthersWait()
    {
        await using var queue = await StartAsync();
        using var other = await queue.ConnectAsync();
        await other.CreateTopicAsync("logs");
        var frame = ProduceFrame(LargeBatch(200_000));
        var stalled = new List<RawClient>();
        for (var i = 0; i < 20; i++)
        {
            stalled.Add(await queue.ConnectAsync());
            await stalled[i].SendBytesAsync(frame.AsMemory(0, frame.Length * 3 / 4));
        }

        for (var round = 0; round < 10; round++)
        {
            Assert.Equal(ErrorCode.None, (await other.ProduceOneAsync("logs", LargeBatch(200_000))).ErrorCode);
        }

        stalled.ForEach(client => client.Dispose());
    }

    private static Task<TestQueue> StartAsync() =>
        TestQueue.StartAsync(config => config.QueuedMaxRequestBytes = BudgetBytes);

    private static byte[] LargeBatch(int bytes) => Some.Batch(1, new string('x', bytes));

    private static byte[] Prefix(int length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        return prefix;
    }

    private static byte[] ProduceFrame(byte[] batch)
    {
        using var writer = new KafkaWriter();
        KafkaFrame.WriteRequest<ProduceRequest, ProduceResponse>(writer, Some.Produce("logs", 0, batch), 9, 7, "raw");
        return writer.ToArray();
    }
}
