using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue.Tests;

/// <summary>
/// What is read back is what was sent, also where a request fails between its first and its last append while the disk
/// is slow: nobody's frame becomes somebody else's before the log is done with it.
/// </summary>
public sealed class ProduceMemoryTests : IDisposable
{
    private const int BatchBytes = 60_000;

    private readonly TempDirectory _directory = new();
    private readonly FailingTime _time = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task LaterPartition_Throws_NothingOfTheRequestIsAppended()
    {
        await using var transactions = await TransactionHarness.OpenAsync(_directory.Path, _time);
        await using var server = await StartAsync(transactions);
        transactions.Files.SegmentWrites.Reset();
        using (var failing = await server.ConnectAsync())
        {
            _time.FailAtCall(2);
            await failing.SendAsync<ProduceRequest, ProduceResponse>(Request('a', 0, 1), 9);
            Assert.True(await failing.IsClosedAsync());
        }

        // The frame is free again, and this one, of the same size, gets it.
        using var other = await server.ConnectAsync();
        var sent = await other.SendAsync<ProduceRequest, ProduceResponse>(Request('b', 1, 1), 9);
        await Eventually.TrueAsync(() => server.Server.Budget.BytesHeld > BatchBytes, "the second request");
        transactions.Files.SegmentWrites.Set();
        var answer = await other.ReceiveAsync<ProduceRequest, ProduceResponse>(sent, 9);
        Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);

        Assert.Equal(0, transactions.Log(0).HighWatermark);
        Assert.Equal(['b', 'b'], ReadValues(transactions.Log(1)));
        await Eventually.TrueAsync(() => server.Server.Buffers.LentCount == 0, "all memory to come back");
        await Eventually.TrueAsync(() => server.Server.Budget.BytesHeld == 0, "its share of the budget to come back");
    }

    [Fact]
    public async Task Append_Abandoned_KeepsItsMemoryUntilItIsAnswered()
    {
        await using var transactions = await TransactionHarness.OpenAsync(_directory.Path);
        transactions.Files.SegmentWrites.Reset();
        var buffers = new BytePool(1 << 20);
        var append = Append(transactions.Log(), buffers, 'a');
        Assert.Equal(1, buffers.LentCount);
        var other = Append(transactions.Log(1), buffers, 'b');
        Assert.Equal(2, buffers.LentCount);
        transactions.Files.SegmentWrites.Set();
        Assert.Equal(ErrorCode.None, (await append).Error);
        Assert.Equal(ErrorCode.None, (await other).Error);
        Assert.Equal(0, buffers.LentCount);
        Assert.Equal(['a'], ReadValues(transactions.Log()));
        Assert.Equal(['b'], ReadValues(transactions.Log(1)));
    }

    [Fact]
    public async Task Append_OfARefusedBatch_GivesItsMemoryBackAtOnce()
    {
        await using var transactions = await TransactionHarness.OpenAsync(_directory.Path);
        var buffers = new BytePool(1 << 20);
        using (var memory = buffers.Rent(100))
        {
            memory.Value.Span.Clear();
            Assert.NotEqual(ErrorCode.None, (await transactions.Log().AppendAsync(memory, memory.Value.Memory)).Error);
        }

        Assert.Equal(0, buffers.LentCount);
    }

    /// <summary>Gives its own share back as soon as the append has begun, as a request does that fails.</summary>
    private static ValueTask<AppendResult> Append(PartitionLog log, BytePool buffers, char content)
    {
        var batch = Batch(content);
        using var memory = buffers.Rent(batch.Length);
        batch.CopyTo(memory.Value.Memory);
        return log.AppendAsync(memory, memory.Value.Memory);
    }

    private static Task<StalledServer> StartAsync(TransactionHarness transactions) => StalledServer.StartAsync(
        metrics => [new ProduceHandler(
            new TopicCatalog(transactions.Logs, TestQueue.Config("")), transactions.Coordinator, metrics)]);

    private static byte[] Batch(char content) => Some.Batch(1, new string(content, BatchBytes));

    private static ProduceRequest Request(char content, params int[] partitions)
    {
        var request = Some.Produce(TransactionHarness.Topic, partitions[0], Batch(content));
        foreach (var partition in partitions[1..])
        {
            request.TopicData[0].PartitionData.Add(
                new ProduceRequest.PartitionProduceData { Index = partition, Records = Batch(content) });
        }

        return request;
    }

    /// <summary>The first byte of every record's value, all of whose bytes are the same.</summary>
    private static List<char> ReadValues(PartitionLog log)
    {
        var values = new List<char>();
        using var result = log.Read(0, int.MaxValue);
        var walk = RecordBatch.Walk(result.Batches.Span);
        while (walk.MoveNext())
        {
            Assert.True(RecordBatch.HasValidCrc(walk.Current));
            using var decoded = RecordBatch.Decode(
                result.Batches.Slice(walk.Position, walk.Header.TotalSize), 1 << 20);
            foreach (var record in decoded)
            {
                var value = record.Value!.Value.Span[..BatchBytes];
                Assert.Equal(value.Length, value.Count(value[0]));
                values.Add((char)value[0]);
            }
        }

        return values;
    }
}
