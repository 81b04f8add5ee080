using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

public class PartitionLogTests
{
    private static readonly TopicConfig SmallSegments = new() { SegmentBytes = 4096, IndexIntervalBytes = 256 };

    [Fact]
    public async Task Append_OneBatch_IsReadAsStoredWithOffsetAndEpoch()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        Assert.Equal(0, await log.AppendOkAsync(Some.RecordBatch(3)));
        Assert.Equal(3, await log.AppendOkAsync(Some.RecordBatch(2)));
        Assert.Equal(5, log.HighWatermark);
        var batches = log.ReadAll();
        Assert.Equal([0L, 3L], batches.Select(batch => batch.Header.BaseOffset));
        Assert.All(batches, batch => Assert.Equal(logs.LeaderEpoch, batch.Header.LeaderEpoch));
    }

    [Fact]
    public async Task Read_OffsetInsideABatch_ReturnsTheWholeBatch()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(10));
        using var result = log.Read(7, 1000);
        Assert.Equal(0, RecordBatchHeader.Read(result.Batches.Span).BaseOffset);
    }

    [Fact]
    public async Task Read_FirstBatchLargerThanTheLimit_IsReturnedWhole()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        var batch = Some.RecordBatch(1, valueSize: 50_000);
        await log.AppendOkAsync(batch);
        await log.AppendOkAsync(Some.RecordBatch(1));
        using var result = log.Read(0, 1);
        Assert.Equal(batch.Length, result.Batches.Length);
    }

    [Theory]
    [InlineData(-1, ErrorCode.OffsetOutOfRange)]
    [InlineData(0, ErrorCode.None)]
    [InlineData(1, ErrorCode.None)]
    [InlineData(2, ErrorCode.OffsetOutOfRange)]
    public async Task Read_AtTheEdges_AnswersAsKafka(long offset, ErrorCode expected)
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        using var result = log.Read(offset, 1000);
        Assert.Equal(expected, result.Error);
        Assert.Equal(offset == 0, !result.Batches.IsEmpty);
    }

    [Fact]
    public async Task Append_ManyBatches_RollsSegmentsAndReadsThemAll()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem(), SmallSegments);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 300; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1 + (i % 5), seed: i));
        }

        Assert.True(log.Segments.Count > 5);
        Assert.Equal(300, log.ReadAll(maxBytes: 700).Count);
        for (long offset = 0; offset < log.HighWatermark; offset++)
        {
            using var result = log.Read(offset, 1);
            var header = RecordBatchHeader.Read(result.Batches.Span);
            Assert.InRange(offset, header.BaseOffset, header.LastOffset);
        }
    }

    [Fact]
    public async Task Append_ManyAtOnce_KeepsTheOrderOfTheCalls()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem(), SmallSegments);
        var log = await logs.PartitionAsync();
        var tasks = Enumerable.Range(0, 500)
            .Select(i => log.AppendAsync(Some.RecordBatch(2, seed: i)).AsTask()).ToList();
        var results = await Task.WhenAll(tasks);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 2L), results.Select(result => result.BaseOffset));
        Assert.Equal(500, log.ReadAll().Count);
    }

    [Fact]
    public async Task Append_DamagedOrForeignBytes_AreRefusedWithKafkasErrors()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        var flipped = Some.RecordBatch();
        flipped[^1] ^= 1;
        var oldFormat = Some.RecordBatch();
        oldFormat[16] = 1;
        byte[] two = [.. Some.RecordBatch(), .. Some.RecordBatch()];
        Assert.Equal(ErrorCode.CorruptMessage, (await log.AppendAsync(flipped)).Error);
        Assert.Equal(ErrorCode.CorruptMessage, (await log.AppendAsync(Some.RecordBatch().AsMemory(0, 70))).Error);
        Assert.Equal(ErrorCode.CorruptMessage, (await log.AppendAsync(ReadOnlyMemory<byte>.Empty)).Error);
        Assert.Equal(ErrorCode.UnsupportedForMessageFormat, (await log.AppendAsync(oldFormat)).Error);
        Assert.Equal(ErrorCode.InvalidRecord, (await log.AppendAsync(two)).Error);
        Assert.Equal(
            ErrorCode.MessageTooLarge, (await log.AppendAsync(Some.RecordBatch(valueSize: 2_000_000))).Error);
        Assert.Equal(0, log.HighWatermark);
    }

    [Fact]
    public async Task Append_LogAppendTime_StampsTheBatch()
    {
        var time = new ManualTime(5_000_000);
        await using var logs = TestLog.Open(new MemoryFileSystem(), new TopicConfig { IsLogAppendTime = true }, time);
        var log = await logs.PartitionAsync();
        var result = await log.AppendAsync(Some.RecordBatch(2));
        Assert.Equal(5_000_000, result.LogAppendTimeMs);
        var (header, _) = Assert.Single(log.ReadAll());
        Assert.True(header.IsLogAppendTime);
        Assert.Equal(5_000_000, header.MaxTimestampMs);
    }

    [Fact]
    public async Task FindOffsetByTimestamp_RandomTimestamps_AgreesWithASearchOfAllRecords()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            await using var logs = TestLog.Open(new MemoryFileSystem(), SmallSegments);
            var log = await logs.PartitionAsync();
            var all = new List<long>();
            for (var i = 0; i < 150; i++)
            {
                var timestamps = Enumerable.Range(0, random.Next(1, 6))
                    .Select(_ => (i * 10L) + random.Next(-300, 300)).ToList();
                all.AddRange(timestamps);
                await log.AppendOkAsync(Some.RecordBatch(timestamps));
            }

            for (long target = -400; target < 2000; target += random.Next(1, 30))
            {
                var expected = all.FindIndex(timestamp => timestamp >= target);
                var found = log.FindOffsetByTimestamp(target);
                Assert.Equal((seed, target, (long)expected), (seed, target, found.Offset));
                Assert.Equal(expected < 0 ? -1 : all[expected], found.TimestampMs);
            }

            Assert.Equal(all.IndexOf(all.Max()), log.FindMaxTimestamp().Offset);
        }
    }

    [Fact]
    public async Task DeleteRecords_MovesTheStartAndSurvivesACrash()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files, SmallSegments);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 100; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(2));
        }

        Assert.Equal(ErrorCode.OffsetOutOfRange, await log.DeleteRecordsAsync(201));
        Assert.Equal(ErrorCode.None, await log.DeleteRecordsAsync(151));
        Assert.Equal(151, log.LogStartOffset);
        using var below = log.Read(150, 100);
        Assert.Equal(ErrorCode.OffsetOutOfRange, below.Error);
        var crashed = files.Crash(new Random(1));
        await logs.DisposeAsync();

        await using var again = TestLog.Open(crashed, SmallSegments);
        log = await again.PartitionAsync();
        Assert.Equal((151, 200), (log.LogStartOffset, log.HighWatermark));
        Assert.Equal(ErrorCode.None, await log.DeleteRecordsAsync(-1));
        Assert.Equal(200, log.LogStartOffset);
        Assert.Empty(log.ReadAll());
    }

    [Fact]
    public async Task Retention_BySize_RemovesWholeSegmentsFromTheFront()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files, SmallSegments with { RetentionBytes = 10_000 });
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 300; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1));
        }

        await logs.Upkeep.ApplyRetentionAsync();
        Assert.InRange(log.SizeInBytes, 10_000, 10_000 + 4096);
        Assert.True(log.LogStartOffset > 0);
        Assert.Equal(log.LogStartOffset, log.ReadAll()[0].Header.BaseOffset);
        Assert.Equal(
            log.Segments.Count, files.Files.Keys.Count(path => path.EndsWith(".log", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Retention_ByTime_RemovesTheActiveSegmentTooAndKeepsTheOffsets()
    {
        var time = new ManualTime(Some.Timestamp + 100);
        var files = new MemoryFileSystem { Clock = time };
        await using var logs = TestLog.Open(files, SmallSegments with { RetentionMs = 1000 }, time);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(4));
        await logs.Upkeep.ApplyRetentionAsync();
        Assert.Single(log.ReadAll());
        time.NowMs += 2000;
        await logs.Upkeep.ApplyRetentionAsync();
        Assert.Equal((4, 4), (log.LogStartOffset, log.HighWatermark));
        Assert.Equal(4, await log.AppendOkAsync(Some.RecordBatch(1)));
    }

    [Fact]
    public async Task Roll_SegmentOlderThanSegmentMs_StartsANewOneAlsoAfterARestart()
    {
        var files = new MemoryFileSystem();
        var time = new ManualTime(Some.Timestamp);
        var config = new TopicConfig { SegmentMs = 1000 };
        await using (var logs = TestLog.Open(files, config, time))
        {
            await (await logs.PartitionAsync()).AppendOkAsync(Some.RecordBatch(1));
        }

        time.NowMs += 1500;
        await using var again = TestLog.Open(files, config, time);
        var log = await again.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.Equal(2, log.Segments.Count);
        Assert.Equal(2, log.ReadAll().Count);
    }

    [Fact]
    public async Task Listener_AfterAnAppend_IsToldAndSeesTheData()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        var listener = new CountingListener();
        log.AddListener(listener);
        await log.AppendOkAsync(Some.RecordBatch(3));
        Assert.Equal(3, await listener.Told.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        log.RemoveListener(listener);
    }

    [Fact]
    public async Task EpochEndOffset_AcrossCrashes_IsWhereTheNextEpochBegan()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(5));
        for (var crash = 1; crash <= 2; crash++)
        {
            files = files.Kill();
            await logs.DisposeAsync();
            logs = TestLog.Open(files);
            log = await logs.PartitionAsync();
            await log.AppendOkAsync(Some.RecordBatch(5));
        }

        Assert.Equal(2, logs.LeaderEpoch);
        Assert.Equal(new EpochEndOffset(0, 5), log.GetEpochEndOffset(0));
        Assert.Equal(new EpochEndOffset(1, 10), log.GetEpochEndOffset(1));
        Assert.Equal(new EpochEndOffset(2, 15), log.GetEpochEndOffset(2));
        Assert.Equal(new EpochEndOffset(-1, -1), log.GetEpochEndOffset(3));
        await logs.DisposeAsync();
    }

    private sealed class CountingListener : IHighWatermarkListener
    {
        public TaskCompletionSource<long> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnHighWatermarkAdvanced(PartitionLog log) => Told.TrySetResult(log.HighWatermark);
    }
}
