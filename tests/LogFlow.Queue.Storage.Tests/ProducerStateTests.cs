using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Kafka's rules for idempotent producers, as a table.</summary>
public class ProducerStateTests
{
    [Fact]
    public async Task Sequences_InOrder_AreAppended()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        Assert.Equal(0, await log.AppendOkAsync(Batch(0, 3)));
        Assert.Equal(3, await log.AppendOkAsync(Batch(3, 2)));
        Assert.Equal(5, await log.AppendOkAsync(Batch(5, 1)));
    }

    [Fact]
    public void TooMany_AllOfOneTime_ATenthGoesTheOldestByOffset()
    {
        var producers = new ProducerStateManager();
        var bytes = Batch(0, 1);
        var header = RecordBatchHeader.Read(bytes);
        for (var id = 0; id <= 100_000; id++)
        {
            producers.Add(header with { ProducerId = id }, baseOffset: id, logAppendTimeMs: -1, nowMs: 5, bytes);
        }

        Assert.Equal(90_001, producers.Count);
        Assert.Equal(10_000, producers.Producers.Min(producer => producer.ProducerId));
    }

    [Fact]
    public void EpochOfAnOffset_IsFoundWithoutCounting()
    {
        var epochs = new LeaderEpochs();
        epochs.Assign(3, 0);
        epochs.Assign(218_000_000, 40);
        Assert.Equal([3, 3, 218_000_000, 218_000_000], new long[] { 0, 39, 40, 99 }.Select(epochs.FindEpoch));
        Assert.Equal(-1, new LeaderEpochs().FindEpoch(0));
    }

    [Fact]
    public async Task Retry_OfAnyOfTheLastFiveBatches_IsAnsweredWithItsOriginalOffset()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 7; i++)
        {
            await log.AppendOkAsync(Batch(i * 2, 2));
        }

        for (var i = 2; i < 7; i++)
        {
            var result = await log.AppendAsync(Batch(i * 2, 2));
            Assert.Equal((ErrorCode.None, i * 2L, true), (result.Error, result.BaseOffset, result.IsDuplicate));
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(Batch(2, 2))).Error);
        Assert.Equal(14, log.HighWatermark);
    }

    [Theory]
    [InlineData(6, 1)] // A gap.
    [InlineData(4, 1)] // The end of a batch that is known.
    [InlineData(3, 3)] // Begins like a batch that is known, and is longer.
    [InlineData(0, 5)] // Two batches at once.
    public async Task Sequence_ThatDoesNotFollow_IsRefused(int sequence, int count)
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Batch(0, 3));
        await log.AppendOkAsync(Batch(3, 2));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(Batch(sequence, count))).Error);
    }

    [Fact]
    public async Task Sequence_AfterIntMaxValue_WrapsToZero()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Batch(int.MaxValue - 1, 2));
        await log.AppendOkAsync(Batch(0, 1));
        await log.AppendOkAsync(Batch(1, 1));
    }

    [Fact]
    public async Task Sequence_WrappingInsideABatch_ContinuesAndIsRecognised()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Batch(int.MaxValue - 1, 5));
        Assert.True((await log.AppendAsync(Batch(int.MaxValue - 1, 5))).IsDuplicate);
        Assert.Equal(5, await log.AppendOkAsync(Batch(3, 1)));
    }

    [Fact]
    public async Task UnknownProducer_MayStartAnywhere()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Batch(1234, 2));
        await log.AppendOkAsync(Batch(1236, 1));
    }

    [Fact]
    public async Task LowerEpoch_IsFenced()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Batch(0, 1, epoch: 4));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await log.AppendAsync(Batch(1, 1, epoch: 3))).Error);
    }

    [Fact]
    public async Task NewEpoch_MustStartAtZeroAndForgetsTheOldBatches()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Batch(0, 1, epoch: 4));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(Batch(1, 1, epoch: 5))).Error);
        Assert.Equal(1, await log.AppendOkAsync(Batch(0, 1, epoch: 5)));
        Assert.True((await log.AppendAsync(Batch(0, 1, epoch: 5))).IsDuplicate);
    }

    [Fact]
    public async Task Retry_InTheSameGroupCommit_IsADuplicate()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        var tasks = Enumerable.Range(0, 50)
            .SelectMany(i => new[] { Batch(i, 1), Batch(i, 1) })
            .Select(batch => log.AppendAsync(batch).AsTask()).ToList();
        var results = await Task.WhenAll(tasks);
        Assert.Equal(50, log.HighWatermark);
        Assert.Equal(50, results.Count(result => result.IsDuplicate));
        Assert.All(results.Chunk(2), pair => Assert.Equal(pair[0].BaseOffset, pair[1].BaseOffset));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_AfterACleanStopOrACrash_RemembersTheProducers(bool isClean)
    {
        var files = new MemoryFileSystem();
        var config = new TopicConfig { SegmentBytes = 2048 };
        var logs = TestLog.Open(files, config);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 40; i++)
        {
            await log.AppendOkAsync(Batch(i * 2, 2));
        }

        files = isClean ? files : files.Crash(new Random(3));
        await logs.DisposeAsync();
        await using var again = TestLog.Open(files, config);
        log = await again.PartitionAsync();
        for (var i = 35; i < 40; i++)
        {
            var result = await log.AppendAsync(Batch(i * 2, 2));
            Assert.Equal((ErrorCode.None, i * 2L, true), (result.Error, result.BaseOffset, result.IsDuplicate));
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(Batch(90, 1))).Error);
        Assert.Equal(80, await log.AppendOkAsync(Batch(80, 1)));
    }

    [Fact]
    public void Manager_WrittenAndRead_KnowsTheSame()
    {
        var manager = new ProducerStateManager();
        for (var i = 0; i < 20; i++)
        {
            var header = Kafka.Protocol.RecordBatchHeader.Read(Batch(i, 1, producerId: i % 3));
            manager.Add(header, i * 10, -1, i, default);
        }

        var writer = new System.Buffers.ArrayBufferWriter<byte>();
        manager.Write(writer);
        var copy = new ProducerStateManager();
        Assert.Equal(writer.WrittenCount, copy.Read(writer.WrittenSpan));
        var rewritten = new System.Buffers.ArrayBufferWriter<byte>();
        copy.Write(rewritten);
        Assert.Equal(writer.WrittenSpan.ToArray(), rewritten.WrittenSpan.ToArray());
        Assert.True(copy.Expire(18));
        Assert.Equal(1, copy.Count);
    }

    private static byte[] Batch(int sequence, int count, short epoch = 0, long producerId = 7) =>
        Some.RecordBatch(count, producerId, epoch, sequence);
}
