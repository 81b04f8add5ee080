using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>What a partition does with transactional batches and markers.</summary>
public class TransactionTests
{
    private const long Alice = 7;
    private const long Bob = 8;

    [Fact]
    public async Task OpenTransaction_HoldsTheLastStableOffsetUntilItsMarker()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(2));
        Assert.Equal(2, log.LastStableOffset);
        await log.AppendOkAsync(Transactional(Alice, 0, 3));
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.Equal((2L, 6L), (log.LastStableOffset, log.HighWatermark));
        await EndAsync(log, Alice, isCommit: true);
        Assert.Equal((7L, 7L), (log.LastStableOffset, log.HighWatermark));
    }

    [Fact]
    public async Task InterleavedTransactions_TheOldestOpenOneDecides()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Transactional(Alice, 0, 1));
        await log.AppendOkAsync(Transactional(Bob, 0, 1));
        await log.AppendOkAsync(Transactional(Alice, 1, 1));
        await EndAsync(log, Alice, isCommit: true);
        Assert.Equal(1, log.LastStableOffset);
        await EndAsync(log, Bob, isCommit: false);
        Assert.Equal(5, log.LastStableOffset);
    }

    [Fact]
    public async Task ReadCommitted_StopsBeforeTheOpenTransaction_AndNamesAbortedOnesInTheRange()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1)); // 0
        await log.AppendOkAsync(Transactional(Alice, 0, 2)); // 1, 2
        await EndAsync(log, Alice, isCommit: false); // 3
        await log.AppendOkAsync(Transactional(Bob, 0, 2)); // 4, 5
        await EndAsync(log, Bob, isCommit: true); // 6
        await log.AppendOkAsync(Transactional(Alice, 2, 1)); // 7, open

        using var all = log.Read(0, 1 << 20, isReadCommitted: true);
        Assert.Equal([0L, 1, 3, 4, 6], Offsets(all));
        Assert.Equal((7L, 8L), (all.LastStableOffset, all.HighWatermark));
        Assert.Equal(new AbortedTransaction(Alice, 1, 3, 4), Assert.Single(all.AbortedTransactions));

        using var behind = log.Read(4, 1 << 20, isReadCommitted: true);
        Assert.Empty(behind.AbortedTransactions);
        using var before = log.Read(0, 1, isReadCommitted: true);
        Assert.Equal([0L], Offsets(before));
        Assert.Empty(before.AbortedTransactions);
        using var atTheEnd = log.Read(7, 1 << 20, isReadCommitted: true);
        Assert.Equal((ErrorCode.None, true), (atTheEnd.Error, atTheEnd.Batches.IsEmpty));
        using var uncommitted = log.Read(0, 1 << 20);
        Assert.Equal([0L, 1, 3, 4, 6, 7], Offsets(uncommitted));
        Assert.Empty(uncommitted.AbortedTransactions);
    }

    [Fact]
    public async Task Producer_WithAnOpenTransaction_MayWriteNothingElse()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Transactional(Alice, 0, 1));
        var outside = Some.RecordBatch(1, Alice, 0, 1);
        Assert.Equal(ErrorCode.InvalidTxnState, (await log.AppendAsync(outside)).Error);
        await EndAsync(log, Alice, isCommit: true);
        await log.AppendOkAsync(Some.RecordBatch(1, Alice, 0, 1));
    }

    [Fact]
    public async Task Batch_TransactionalWithoutAProducerOrOfMarkers_IsRefused()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        var nobody = Some.RecordBatch(1, isTransactional: true);
        Assert.Equal(ErrorCode.InvalidRecord, (await log.AppendAsync(nobody)).Error);
        var marker = new TransactionMarker(IsCommit: true, 0).ToBatch(Alice, 0, Some.Timestamp);
        Assert.Equal(ErrorCode.InvalidRecord, (await log.AppendAsync(marker)).Error);
    }

    [Fact]
    public async Task Marker_OfAHigherEpoch_FencesTheProducerAndStartsItsSequenceAnew()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Transactional(Alice, 0, 2));
        await EndAsync(log, Alice, isCommit: false, epoch: 1);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await log.AppendAsync(Transactional(Alice, 2, 1))).Error);
        Assert.Equal(
            ErrorCode.OutOfOrderSequenceNumber, (await log.AppendAsync(Transactional(Alice, 2, 1, epoch: 1))).Error);
        await log.AppendOkAsync(Transactional(Alice, 0, 1, epoch: 1));
        var late = await log.EndTransactionAsync(Alice, 0, 0, isCommit: true);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, late.Error);
        Assert.Equal(3, log.LastStableOffset);
    }

    [Fact]
    public async Task Marker_OfAnOlderCoordinator_IsFenced()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        Assert.Equal(ErrorCode.None, (await log.EndTransactionAsync(Alice, 0, 5, isCommit: true)).Error);
        var older = await log.EndTransactionAsync(Alice, 0, 4, isCommit: true);
        Assert.Equal(ErrorCode.TransactionCoordinatorFenced, older.Error);
    }

    [Fact]
    public async Task Marker_IsAControlBatchThatKafkaReads()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Transactional(Alice, 0, 1));
        await EndAsync(log, Alice, isCommit: true);
        var (header, bytes) = log.ReadAll()[1];
        Assert.True(header is { IsControl: true, IsTransactional: true, BaseSequence: -1, Count: 1 });
        Assert.True(TransactionMarker.TryRead(bytes, out var marker));
        Assert.Equal(new TransactionMarker(IsCommit: true, 0), marker);

        // Bytes 61 on: length 16, attributes, deltas, key 00 00 00 01, value 00 00 and epoch 00 00 00 00, no headers.
        Assert.Equal("20000000080000000" + "10C00000000000000", Convert.ToHexString(bytes.AsSpan(61)));
    }

    [Fact]
    public async Task Marker_OnATopicWithRelaxedDurability_IsSyncedWithTheRecordsBeforeIt()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files, new TopicConfig { FlushMessages = 1000 });
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Transactional(Alice, 0, 3));
        Assert.True(log.HasUnsynced);
        await EndAsync(log, Alice, isCommit: true);
        Assert.False(log.HasUnsynced);
        await log.AppendOkAsync(Transactional(Alice, 3, 1));
        Assert.True(log.HasUnsynced);
        var crashed = files.Crash(new Random(1));
        await logs.DisposeAsync();
        await using var again = TestLog.Open(crashed);
        log = await again.PartitionAsync();
        Assert.Equal([0L, 3], log.ReadAll().Take(2).Select(batch => batch.Header.BaseOffset));
        Assert.True(log.LastStableOffset >= 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reopened_OpenAndAbortedTransactions_AreKnown(bool isKilled)
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Transactional(Alice, 0, 2));
        await EndAsync(log, Alice, isCommit: false);
        await log.AppendOkAsync(Transactional(Bob, 0, 1));
        await log.AppendOkAsync(Some.RecordBatch(1));
        var after = files;
        if (isKilled)
        {
            after = files.Kill();
        }

        await logs.DisposeAsync();
        await using var again = TestLog.Open(after);
        Assert.Equal(!isKilled, again.WasStoppedCleanly);
        var reopened = await again.PartitionAsync();
        Assert.Equal((3L, 5L), (reopened.LastStableOffset, reopened.HighWatermark));
        using var read = reopened.Read(0, 1 << 20, isReadCommitted: true);
        Assert.Equal([0L, 2], Offsets(read));
        Assert.Equal(new AbortedTransaction(Alice, 0, 2, 3), Assert.Single(read.AbortedTransactions));
        await EndAsync(reopened, Bob, isCommit: true);
        Assert.Equal(6, reopened.LastStableOffset);
    }

    [Fact]
    public async Task Retention_ForgetsAbortedTransactionsAndProducersButNotOpenTransactions()
    {
        var time = new ManualTime(Some.Timestamp);
        await using var logs = TestLog.Open(new MemoryFileSystem(), time: time);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Transactional(Alice, 0, 1));
        await EndAsync(log, Alice, isCommit: false);
        await log.AppendOkAsync(Transactional(Bob, 0, 1));
        Assert.Equal(ErrorCode.None, await log.DeleteRecordsAsync(2));
        using (var read = log.Read(2, 1 << 20, isReadCommitted: true))
        {
            Assert.Empty(read.AbortedTransactions);
        }

        log.ExpireProducers(time.NowMs);
        var left = Assert.Single(await log.GetProducersAsync());
        Assert.Equal((Bob, 2L, 0), (left.ProducerId, left.TransactionStartOffset, left.LastSequence));
        Assert.Equal(ErrorCode.None, await log.DeleteRecordsAsync(3));
        Assert.Equal(3, log.LastStableOffset);
    }

    [Fact]
    public async Task Recovery_CompactionLeftOnlyAHeaderOfATransaction_ItIsNotOpen()
    {
        var config = new TopicConfig
        {
            SegmentBytes = 2000,
            IsCompacted = true,
            IsDeleted = false,
            MinCleanableDirtyRatio = 0,
            DeleteRetentionMs = 1000,
            TimestampAfterMaxMs = long.MaxValue,
        };
        var time = new ManualTime(Some.Timestamp);
        var files = new MemoryFileSystem { Clock = time };
        var logs = TestLog.Open(files, config, time);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.KeyedBatch([("a", "1")], Alice, 0, 0, isTransactional: true));
        await EndAsync(log, Alice, isCommit: true);
        await log.AppendOkAsync(Some.KeyedBatch([("a", "2")]));

        // The record is superseded; the producer's last batch keeps its header, whatever becomes of the marker.
        for (var pass = 0; pass < 2; pass++)
        {
            await log.AppendOkAsync(Some.KeyedBatch([("roll", new string('x', 1800))]));
            await log.AppendOkAsync(Some.KeyedBatch([("roll", new string('y', 1800))]));
            await logs.Cleaner.CleanAsync();
            time.NowMs += 1001;
        }

        var left = log.ReadAll()[0].Header;
        Assert.True(left is { ProducerId: Alice, Count: 0, IsControl: false });
        var killed = files.Kill();
        await logs.DisposeAsync();
        killed.DeleteFile(Path.Combine(TestLog.Root, "checkpoint"));
        await using var again = TestLog.Open(killed, config, time);
        log = await again.PartitionAsync();
        Assert.False(log.HasOpenTransaction);
        Assert.Equal(log.HighWatermark, log.LastStableOffset);
    }

    [Fact]
    public void Header_WithoutRecords_BeginsNoTransaction()
    {
        var transactions = new PartitionTransactions();
        var header = RecordBatchHeader.Read(Transactional(Alice, 0, 1));
        transactions.Add(header with { Count = 0 }, 0, default);
        Assert.Equal(0, transactions.Ongoing.Count);
        transactions.Add(header, 1, default);
        Assert.Equal(1, transactions.Ongoing.FirstOffsetOf(Alice));
    }

    [Fact]
    public async Task Aborted_AnyRangeOfALongLog_AgreesWithAScan()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            await using var logs = TestLog.Open(new MemoryFileSystem(), new TopicConfig { SegmentBytes = 5000 });
            var log = await logs.PartitionAsync();
            var model = new List<AbortedTransaction>();
            var open = new Dictionary<long, long>();
            var sequences = new Dictionary<long, int>();
            for (var step = 0; step < 300; step++)
            {
                var producer = random.Next(6);
                if (random.Next(3) == 0 && open.Remove(producer, out var first))
                {
                    var isCommit = random.Next(2) == 0;
                    var end = await EndAsync(log, producer, isCommit);
                    if (!isCommit)
                    {
                        model.Add(new AbortedTransaction(producer, first, end, 0));
                    }

                    continue;
                }

                var sequence = sequences.GetValueOrDefault(producer);
                sequences[producer] = sequence + 1;
                var offset = await log.AppendOkAsync(Transactional(producer, sequence, 1));
                open.TryAdd(producer, offset);
            }

            Assert.Equal(open.Count == 0 ? log.HighWatermark : open.Values.Min(), log.LastStableOffset);
            for (var i = 0; i < 50; i++)
            {
                var offset = random.NextInt64(0, Math.Max(1, log.LastStableOffset));
                using var read = log.Read(offset, random.Next(3000), isReadCommitted: true);
                if (Offsets(read) is not [.., var last])
                {
                    Assert.Equal(offset, log.LastStableOffset);
                    continue;
                }

                var end = last + 1;
                Assert.True(end <= log.LastStableOffset);
                Assert.Equal(
                    model.Where(aborted => aborted.LastOffset >= offset && aborted.FirstOffset < end)
                        .Select(aborted => (aborted.ProducerId, aborted.FirstOffset)).Order(),
                    read.AbortedTransactions
                        .Select(aborted => (aborted.ProducerId, aborted.FirstOffset)).Order());
            }
        }
    }

    internal static byte[] Transactional(long producerId, int sequence, int count, short epoch = 0) =>
        Some.RecordBatch(count, producerId, epoch, sequence, isTransactional: true, seed: sequence);

    internal static async Task<long> EndAsync(PartitionLog log, long producerId, bool isCommit, short epoch = 0)
    {
        var result = await log.EndTransactionAsync(producerId, epoch, 0, isCommit);
        Assert.Equal(ErrorCode.None, result.Error);
        return result.BaseOffset;
    }

    private static List<long> Offsets(in ReadResult result)
    {
        Assert.Equal(ErrorCode.None, result.Error);
        var offsets = new List<long>();
        var walk = RecordBatch.Walk(result.Batches.Span);
        while (walk.MoveNext())
        {
            offsets.Add(walk.Header.BaseOffset);
        }

        return offsets;
    }
}
