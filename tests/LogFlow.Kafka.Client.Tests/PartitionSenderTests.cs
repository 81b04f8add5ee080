using LogFlow.Kafka.Protocol;
using LogFlow.Testing;

namespace LogFlow.Kafka.Client.Tests;

public sealed class PartitionSenderTests
{
    private static readonly ProducerIdentity Producer = new(7, 0);
    private static readonly TopicPartition First = new(FakeCluster.Topic, 0);

    [Fact]
    public async Task Send_DuplicateSequenceNumber_IsSuccessWithoutOffset()
    {
        var cluster = new FakeCluster { PartitionError = static (_, _) => ErrorCode.DuplicateSequenceNumber };
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());

        var result = await sender.SendAsync(First, Some.RecordBatch(Producer, 0, "a"), Some.Deadline());

        Assert.Equal(new SendResult(ErrorCode.None, -1, IsDuplicate: true), result);
    }

    [Theory]
    [InlineData(ErrorCode.MessageTooLarge)]
    [InlineData(ErrorCode.InvalidProducerEpoch)]
    [InlineData(ErrorCode.UnknownProducerId)]
    [InlineData(ErrorCode.InvalidRecord)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    public async Task Send_NonRetriableError_IsReturnedOnce(ErrorCode error)
    {
        var cluster = new FakeCluster { PartitionError = (_, _) => error };
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());

        var result = await sender.SendAsync(First, Some.RecordBatch(Producer, 0, "a"), Some.Deadline());

        Assert.Equal(error, result.Error);
        Assert.Single(cluster.ProduceRequests);
    }

    [Fact]
    public async Task Send_BytesCorruptEveryTime_EndsAfterSomeAttempts()
    {
        var cluster = new FakeCluster { PartitionError = static (_, _) => ErrorCode.CorruptMessage };
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());

        var result = await sender.SendAsync(First, Some.RecordBatch(Producer, 0, "a"), Some.Deadline());

        Assert.Equal(ErrorCode.CorruptMessage, result.Error);
        Assert.Equal(3, cluster.ProduceRequests.Count);
    }

    [Fact]
    public async Task Send_BatchRefused_LaterOnesOfItsEpochAreHandedBackUnsent()
    {
        var gate = new TaskCompletionSource();
        var cluster = new FakeCluster
        {
            PartitionError = static (_, _) => ErrorCode.MessageTooLarge,
            ProduceGate = _ => gate.Task,
        };
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        var sends = Enumerable.Range(0, 10)
            .Select(index => sender.SendAsync(First, Some.RecordBatch(Producer, index, "a"), Some.Deadline()).AsTask())
            .ToArray();

        gate.SetResult();
        var results = await Task.WhenAll(sends);

        Assert.Equal(ErrorCode.MessageTooLarge, results[0].Error);
        Assert.All(results[1..], result => Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, result.Error));
        Assert.Single(cluster.ProduceRequests);

        // The same epoch goes on where it was broken, or another one begins; a gap is not sent.
        cluster.PartitionError = static (_, _) => null;
        var gap = await sender.SendAsync(First, Some.RecordBatch(Producer, 5, "gap"), Some.Deadline());
        var mended = await sender.SendAsync(First, Some.RecordBatch(Producer, 0, "smaller"), Some.Deadline());
        var next = await sender.SendAsync(
            First, Some.RecordBatch(Producer with { Epoch = 1 }, 0, "next"), Some.Deadline());
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, gap.Error);
        Assert.Equal(0, mended.BaseOffset);
        Assert.Equal(1, next.BaseOffset);
    }

    [Fact]
    public async Task Send_FirstBatchOfAProducer_GoesAloneAndThenAtMostFive()
    {
        var cluster = new FakeCluster();
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        var arrived = 0;
        var mayAnswer = new SemaphoreSlim(0);
        cluster.ProduceGate = async _ =>
        {
            Interlocked.Increment(ref arrived);
            await mayAnswer.WaitAsync();
        };
        var connectionSends = Enumerable.Range(0, 12)
            .Select(index => sender.SendAsync(First, Some.RecordBatch(Producer, index, "a"), Some.Deadline()).AsTask())
            .ToArray();

        await Eventually.TrueAsync(() => Volatile.Read(ref arrived) == 1, "the first request");
        Assert.Equal(1, sender.InFlightCount);
        mayAnswer.Release();
        await connectionSends[0];
        await Eventually.TrueAsync(() => sender.InFlightCount == 5, "five requests under way");
        mayAnswer.Release(11);

        Assert.All(await Task.WhenAll(connectionSends), result => Assert.True(result.IsSuccess));
    }

    [Fact]
    public async Task Send_SeveralPartitionsOfABroker_ShareRequests()
    {
        var cluster = new FakeCluster(partitionCount: 4);
        var gate = new TaskCompletionSource();
        cluster.ProduceGate = _ => gate.Task;
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        var sends = Enumerable.Range(0, 40)
            .Select(index => sender.SendAsync(
                new TopicPartition(FakeCluster.Topic, index % 4),
                Some.RecordBatch(Producer, index / 4, "a"),
                Some.Deadline()).AsTask())
            .ToArray();
        gate.SetResult();

        await Task.WhenAll(sends);

        Assert.Contains(cluster.ProduceRequests, request => request.TopicData[0].PartitionData.Count == 4);
        Assert.All(cluster.Logs, log => Assert.Equal(10, log.EndOffset));
    }

    [Fact]
    public async Task Send_BytesInFlightAtTheLimit_Wait()
    {
        var cluster = new FakeCluster(partitionCount: 3);
        var gate = new TaskCompletionSource();
        cluster.ProduceGate = _ => gate.Task;
        await using var client = cluster.Client();
        var batch = Some.RecordBatch(Producer, 0, new string('x', 500));
        await using var sender = new PartitionSender(
            client, new PartitionSenderOptions { InFlightBytesMax = batch.Length * 2 });
        var sends = Enumerable.Range(0, 3)
            .Select(index => new TopicPartition(FakeCluster.Topic, index))
            .Select(partition => sender.SendAsync(partition, batch, Some.Deadline()).AsTask())
            .ToArray();

        await Eventually.TrueAsync(() => sender.InFlightCount == 2, "two batches under way");
        Assert.Equal(batch.Length * 2, sender.InFlightBytes);
        gate.SetResult();

        Assert.All(await Task.WhenAll(sends), result => Assert.True(result.IsSuccess));
    }

    [Fact]
    public async Task Send_CancelledWhileItWaits_IsNotSent()
    {
        var cluster = new FakeCluster { IsDown = static _ => true };
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        using var cancellation = new CancellationTokenSource();
        var send = sender.SendAsync(First, Some.RecordBatch(Producer, 0, "a"), cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        cluster.IsDown = static _ => false;
        var other = await sender.SendAsync(
            First, Some.RecordBatch(Producer with { ProducerId = 8 }, 0, "b"), Some.Deadline());
        Assert.Equal(0, other.BaseOffset);
    }

    [Fact]
    public async Task Dispose_WithBatchesUnderWay_CancelsThem()
    {
        var gate = new TaskCompletionSource();
        var cluster = new FakeCluster { ProduceGate = _ => gate.Task };
        await using var client = cluster.Client();
        var sender = new PartitionSender(client, new PartitionSenderOptions());
        var sends = Enumerable.Range(0, 3)
            .Select(index => sender.SendAsync(First, Some.RecordBatch(Producer, index, "a"), Some.Deadline()).AsTask())
            .ToArray();
        await Eventually.TrueAsync(() => sender.InFlightCount == 1, "a request under way");

        await sender.DisposeAsync();

        foreach (var send in sends)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        }

        gate.SetResult();
        Assert.Throws<ObjectDisposedException>(
            () => { _ = sender.SendAsync(First, Some.RecordBatch(Producer, 9, "a"), default).AsTask(); });
    }

    [Fact]
    public async Task Send_BrokerDownForAWhile_SaysSoOnceAndOnceThatItIsBack()
    {
        var logs = new CollectingLogs();
        var isDown = true;
        var attempts = 0;
        var cluster = new FakeCluster
        {
            IsDown = _ =>
            {
                Interlocked.Increment(ref attempts);
                return Volatile.Read(ref isDown);
            },
        };
        await using var client = new KafkaClient(
            new KafkaClientOptions
            {
                BootstrapServers = ["broker0:9092"],
                ConnectionOpener = cluster,
                ReconnectBackoff = TimeSpan.FromMilliseconds(1),
                ReconnectBackoffMax = TimeSpan.FromMilliseconds(2),
                RetryBackoff = TimeSpan.FromMilliseconds(1),
                RetryBackoffMax = TimeSpan.FromMilliseconds(2),
            },
            logs);
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        var send = sender.SendAsync(First, Some.RecordBatch(Producer, 0, "a"), Some.Deadline()).AsTask();
        await Eventually.TrueAsync(() => Volatile.Read(ref attempts) > 20, "attempts");
        Volatile.Write(ref isDown, false);

        Assert.True((await send).IsSuccess);

        Assert.Single(logs.Lines, line => line.Message.Contains("cannot be reached since"));
        Assert.Single(logs.Lines, line => line.Message.Contains("answers again"));
    }
}
