using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

public class CompactionTests
{
    private static readonly TopicConfig Compacted = new()
    {
        SegmentBytes = 2000,
        IndexIntervalBytes = 100,
        IsCompacted = true,
        IsDeleted = false,
        MinCleanableDirtyRatio = 0,
        TimestampAfterMaxMs = long.MaxValue,
    };

    [Fact]
    public async Task Clean_RandomUpdates_KeepsTheNewestOfEachKeyAtItsOffset()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var files = new MemoryFileSystem();
            var model = new CompactionModel();
            await using var logs = TestLog.Open(files, Compacted);
            var log = await logs.PartitionAsync();
            for (var round = 0; round < 4; round++)
            {
                for (var i = 0; i < 60; i++)
                {
                    await model.AppendAsync(log, random);
                }

                await logs.Cleaner.CleanAsync();
                model.AssertLatest(log);
                AssertEachKeyOnceBelow(log, log.Cleaner.DirtyOffset);
                AssertEveryOffsetCanBeRead(log);
            }

            Assert.True(log.Cleaner.DirtyOffset > 0);
            Assert.DoesNotContain(files.Files.Keys, path => SegmentSwap.IsLeftover(Path.GetFileName(path)));
        }
    }

    [Fact]
    public async Task Clean_SmallSegments_MergesThemAndSurvivesRestartsOfBothKinds()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files, Compacted);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 200; i++)
        {
            await AppendAsync(log, ($"k{i % 5}", $"value {i}"));
        }

        // What fits together is decided by what the segments have before they are cleaned.
        var before = log.Segments.Count;
        await logs.Cleaner.CleanAsync();
        await RollAsync(log);
        await logs.Cleaner.CleanAsync();
        Assert.True(log.Segments.Count <= before / 2, $"{before} to {log.Segments.Count}");
        var kept = Contents(log);
        var killed = files.Kill();
        await logs.DisposeAsync();
        killed.DeleteFile(Path.Combine(TestLog.Root, "checkpoint"));
        foreach (var disk in new[] { files, killed })
        {
            await using var again = TestLog.Open(disk, Compacted with { IsCompacted = false });
            log = await again.PartitionAsync();
            Assert.Equal(kept, Contents(log));
            Assert.Equal((0, 202), (log.LogStartOffset, log.HighWatermark));
            Assert.DoesNotContain(disk.Files.Keys, path => path.EndsWith(".damaged", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Clean_Tombstone_StaysForDeleteRetentionThenGoes()
    {
        var time = new ManualTime(Some.Timestamp);
        var config = Compacted with { DeleteRetentionMs = 1000 };
        await using var logs = TestLog.Open(new MemoryFileSystem { Clock = time }, config, time);
        var log = await logs.PartitionAsync();
        await AppendAsync(log, ("a", "1"), ("b", "1"));
        await AppendAsync(log, ("a", null));
        await RollAsync(log);
        await logs.Cleaner.CleanAsync();
        Assert.Equal(["1:b=1", "2:a=null"], Contents(log).Take(2));
        var header = log.ReadAll()[1].Header;
        Assert.True(header.HasDeleteHorizon);
        Assert.Equal(time.NowMs + 1000, header.BaseTimestampMs);
        using (var batch = RecordBatch.Decode(log.ReadAll()[1].Bytes, 1 << 20))
        {
            foreach (var record in batch)
            {
                Assert.Equal(Some.Timestamp, record.TimestampMs);
            }
        }

        time.NowMs += 999;
        await RollAsync(log);
        await logs.Cleaner.CleanAsync();
        Assert.Contains("2:a=null", Contents(log));
        time.NowMs += 1;
        await RollAsync(log);
        await logs.Cleaner.CleanAsync();
        Assert.DoesNotContain("2:a=null", Contents(log));
        Assert.Contains("1:b=1", Contents(log));
    }

    [Fact]
    public async Task Clean_BatchesThatLoseRecords_KeepTheirHeaders()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem(), Compacted);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.KeyedBatch(
            [("a", new string('1', 100)), ("b", "1"), ("c", new string('1', 100))],
            producerId: 7, epoch: 0, sequence: 5, compression: CompressionType.Lz4));
        await AppendAsync(log, ("a", "2"), ("c", "2"));
        await RollAsync(log);
        await logs.Cleaner.CleanAsync();
        var (header, _) = log.ReadAll()[0];
        Assert.Equal((0, 2, 1), (header.BaseOffset, header.LastOffset, header.Count));
        Assert.Equal((7, (short)0, 5), (header.ProducerId, header.ProducerEpoch, header.BaseSequence));
        Assert.Equal(CompressionType.Lz4, header.Compression);
        Assert.Equal("1:b=1", Contents(log)[0]);
    }

    [Fact]
    public async Task Clean_LastBatchOfAProducer_KeepsItsHeaderSoThatRetriesAreStillRecognised()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files, Compacted);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.KeyedBatch([("a", "1")], producerId: 7, epoch: 0, sequence: 0));
        await log.AppendOkAsync(Some.KeyedBatch([("a", "2")], producerId: 7, epoch: 0, sequence: 1));
        await AppendAsync(log, ("a", "3"));
        await RollAsync(log);
        await logs.Cleaner.CleanAsync();
        Assert.Equal(
            [(1L, 0), (2L, 1)],
            log.ReadAll().Take(2).Select(batch => (batch.Header.BaseOffset, batch.Header.Count)));
        var killed = files.Kill();
        await logs.DisposeAsync();
        killed.DeleteFile(Path.Combine(TestLog.Root, "checkpoint"));
        await using var again = TestLog.Open(killed, Compacted);
        log = await again.PartitionAsync();
        var repeated = await log.AppendAsync(Some.KeyedBatch([("a", "2")], producerId: 7, epoch: 0, sequence: 1));
        Assert.Equal((ErrorCode.None, 1, true), (repeated.Error, repeated.BaseOffset, repeated.IsDuplicate));
    }

    [Fact]
    public async Task Clean_MoreKeysThanMemory_TakesSeveralPasses()
    {
        var options = TestLog.Options(new MemoryFileSystem(), Compacted) with
        {
            CleanerBufferBytes = 64 * KeyOffsetMap.SlotSize,
        };
        await using var logs = TestLog.Open(options);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 400; i++)
        {
            await AppendAsync(log, ($"k{i % 150}", $"{i}"));
        }

        var passes = 0;
        while (await logs.Cleaner.CleanAsync() > 0)
        {
            passes++;
        }

        Assert.InRange(passes, 4, 20);
        AssertEachKeyOnceBelow(log, log.Cleaner.DirtyOffset);
        var latest = Contents(log).Select(record => record[(record.IndexOf(':') + 1)..].Split('='))
            .GroupBy(record => record[0]).ToDictionary(group => group.Key, group => int.Parse(group.Last()[1]));
        Assert.All(Enumerable.Range(0, 150), key => Assert.Equal(
            key + (150 * ((399 - key) / 150)), latest[$"k{key}"]));
    }

    [Fact]
    public async Task Plan_RatioAndLags_DecideAsKafka()
    {
        var time = new ManualTime(Some.Timestamp);
        var files = new MemoryFileSystem { Clock = time };
        var config = Compacted with
        {
            MinCleanableDirtyRatio = 0.9,
            MinCompactionLagMs = 500,
            MaxCompactionLagMs = 5000,
        };
        await using var logs = TestLog.Open(files, config, time);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 100; i++)
        {
            await AppendAsync(log, time.NowMs, ($"k{i}", "value"));
        }

        Assert.Null(CleaningPlan.Create(log, time.NowMs));
        Assert.True(CleaningPlan.Create(log, time.NowMs + 501)!.IsDue);
        time.NowMs += 501;
        await logs.Cleaner.CleanAsync();
        var clean = log.Cleaner.DirtyOffset;
        Assert.True(clean > 0);
        for (var i = 0; i < 100; i++)
        {
            await AppendAsync(log, time.NowMs, ($"k{i}", "value"));
        }

        Assert.False(CleaningPlan.Create(log, time.NowMs + 501)!.IsDue);
        Assert.True(CleaningPlan.Create(log, time.NowMs + 5001)!.IsDue);
    }

    [Fact]
    public async Task CompactAndDelete_CleanedSegments_StillExpireByTheirRecords()
    {
        var time = new ManualTime(Some.Timestamp);
        var files = new MemoryFileSystem { Clock = time };
        var config = Compacted with { IsDeleted = true, RetentionMs = 10_000 };
        await using var logs = TestLog.Open(files, config, time);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 100; i++)
        {
            await AppendAsync(log, time.NowMs, ($"k{i % 3}", "value"));
        }

        time.NowMs += 9000;
        await logs.Cleaner.CleanAsync();
        time.NowMs += 1001;
        await logs.Upkeep.ApplyRetentionAsync();
        Assert.Equal(log.HighWatermark, log.LogStartOffset);
    }

    [Fact]
    public async Task Transactions_AbortedRecordsGoAndOpenOnesAreLeftAlone()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files, Compacted);
        var log = await logs.PartitionAsync();
        await logs.DisposeAsync();

        // Written as the broker will write them: markers do not come from clients.
        var path = Path.Combine(log.DirectoryPath, "00000000000000000000.log");
        var offset = 0L;
        var bytes = new List<byte>();
        void Add(byte[] batch)
        {
            RecordBatch.SetBaseOffset(batch, offset);
            RecordBatch.SetLeaderEpoch(batch, 0);
            offset = RecordBatchHeader.Read(batch).NextOffset;
            bytes.AddRange(batch);
        }

        Add(Some.KeyedBatch([("a", "committed")], 1, 0, 0, isTransactional: true));
        Add(Some.KeyedBatch([("a", "aborted"), ("b", "aborted")], 2, 0, 0, isTransactional: true));
        Add(Some.Marker(2, 0, isCommit: false));
        Add(Some.Marker(1, 0, isCommit: true));
        Add(Some.KeyedBatch([("c", "old")], 3, 0, 0, isTransactional: true));
        Add(Some.Marker(3, 0, isCommit: true));
        Add(Some.KeyedBatch([("c", "new")]));
        using (var file = files.OpenOrCreate(path))
        {
            file.Write(bytes.ToArray(), 0);
            file.SyncData();
        }

        files.DeleteFile(Path.Combine(TestLog.Root, "checkpoint"));
        files.DeleteFile(Path.Combine(TestLog.Root, "clean-shutdown"));
        var time = new ManualTime(Some.Timestamp);
        await using var again = TestLog.Open(files, Compacted with { DeleteRetentionMs = 1000 }, time);
        log = await again.PartitionAsync();
        await RollAsync(log);
        var open = await log.AppendAsync(Some.KeyedBatch([("a", "open")], 4, 0, 0, isTransactional: true));
        await AppendAsync(log, ("a", "later"));
        await RollAsync(log);
        await again.Cleaner.CleanAsync();
        Assert.Equal(
            ["0:a=committed", "7:c=new", $"{open.BaseOffset}:a=open", $"{open.BaseOffset + 1}:a=later"],
            Contents(log).Where(record => !record.Contains("roll", StringComparison.Ordinal)));
        Assert.Equal([3L, 4, 6], log.ReadAll().Where(batch => batch.Header.IsControl)
            .Select(batch => batch.Header.BaseOffset));
        Assert.InRange(log.Cleaner.DirtyOffset, 8, open.BaseOffset);

        // While a producer is remembered, the header of its last batch stays, and with it the marker. When nothing else
        // is left of a transaction, its marker goes delete.retention.ms after that was seen.
        Assert.Equal(ErrorCode.None, (await log.EndTransactionAsync(4, 0, 0, isCommit: true)).Error);
        log.ExpireProducers(long.MaxValue);
        foreach (var left in (long[][])[[3, 4, 6], []])
        {
            time.NowMs += 1001;
            await RollAsync(log);
            await again.Cleaner.CleanAsync();
            Assert.Equal(left, Markers());
        }

        Assert.Equal(log.HighWatermark, log.LastStableOffset);
        var killed = files.Kill();
        killed.DeleteFile(Path.Combine(TestLog.Root, "checkpoint"));
        await using var last = TestLog.Open(killed, Compacted);
        log = await last.PartitionAsync();
        Assert.Equal(log.HighWatermark, log.LastStableOffset);
        IEnumerable<long> Markers() => log.ReadAll()
            .Where(batch => batch.Header.IsControl && batch.Header.BaseOffset < 8)
            .Select(batch => batch.Header.BaseOffset);
    }

    [Fact]
    public async Task Clean_DamagedSegment_PutsTheDamageAsideAndCleansTheRest()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files, Compacted);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 100; i++)
        {
            await AppendAsync(log, ($"k{i % 5}", $"value {i}"));
        }

        var path = log.Segments[1].LogPath;
        await logs.DisposeAsync();
        var content = files.Files[path].Content;
        content[RecordBatchHeader.Size + 5] ^= 1;
        files.Files[path].Content = content;
        await using var again = TestLog.Open(files, Compacted);
        log = await again.PartitionAsync();
        await Testing.Eventually.TrueAsync(
            async () =>
            {
                await again.Cleaner.CleanAsync();
                return log.Cleaner.DirtyOffset > 0;
            },
            "the partition is cleaned");
        Assert.Contains(files.Files.Keys, name => name.EndsWith(".damaged", StringComparison.Ordinal));
        AssertEachKeyOnceBelow(log, log.Cleaner.DirtyOffset);
    }

    [Fact]
    public async Task Clean_FullDisk_LeavesTheLogAsItWasAndSucceedsLater()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files, Compacted);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 100; i++)
        {
            await AppendAsync(log, ($"k{i % 5}", $"value {i}"));
        }

        var latest = Contents(log)[^5..];
        files.OnWrite = path =>
        {
            if (path.EndsWith(".cleaned", StringComparison.Ordinal))
            {
                throw DiskFull.Create();
            }
        };
        Assert.Equal(0, await logs.Cleaner.CleanAsync());
        Assert.Equal(latest, Contents(log)[^5..]);
        Assert.DoesNotContain(files.Files.Keys, path => SegmentSwap.IsLeftover(Path.GetFileName(path)));
        files.OnWrite = null;
        Assert.Equal(1, await logs.Cleaner.CleanAsync());
        Assert.Equal(latest, Contents(log)[^5..]);
        AssertEachKeyOnceBelow(log, log.Cleaner.DirtyOffset);
    }

    [Fact]
    public async Task Swap_ThatCannotBeInstalled_IsServedAndFinishedByTheNextStart()
    {
        var files = new MemoryFileSystem();
        var model = new CompactionModel();
        var logs = TestLog.Open(files, Compacted);
        var log = await logs.PartitionAsync();
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            await model.AppendAsync(log, random);
        }

        files.OnChange = path =>
        {
            if (path.EndsWith(".swap", StringComparison.Ordinal))
            {
                throw new IOException("I/O error", 5);
            }
        };
        Assert.Equal(0, await logs.Cleaner.CleanAsync());
        files.OnChange = null;
        Assert.True(log.IsSwapping);
        log.CloseIdleFiles(0);
        model.AssertLatest(log);
        Assert.Equal(0, await logs.Cleaner.CleanAsync());
        await model.AppendAsync(log, random);
        await logs.Upkeep.ApplyRetentionAsync();
        await logs.DisposeAsync();

        await using var again = TestLog.Open(files, Compacted);
        Assert.True(again.WasStoppedCleanly);
        log = await again.PartitionAsync();
        Assert.DoesNotContain(files.Files.Keys, path => SegmentSwap.IsLeftover(Path.GetFileName(path)));
        model.AssertLatest(log);
        Assert.Equal(1, await again.Cleaner.CleanAsync());
        model.AssertLatest(log);
        AssertEachKeyOnceBelow(log, log.Cleaner.DirtyOffset);
    }

    [Fact]
    public async Task Crash_AtEveryStepOfACleaning_LeavesALogThatHoldsTheNewestOfEachKey()
    {
        var steps = 0;
        for (var crashAt = 1; crashAt <= steps || crashAt == 1; crashAt++)
        {
            for (var seed = 0; seed < 6; seed++)
            {
                steps = Math.Max(steps, await CrashInCleaningAsync(crashAt, seed));
            }
        }

        Assert.InRange(steps, 10, 400);
    }

    private static async Task<int> CrashInCleaningAsync(int crashAt, int seed)
    {
        var files = new MemoryFileSystem();
        var model = new CompactionModel();
        var logs = TestLog.Open(files, Compacted);
        var log = await logs.PartitionAsync();
        var random = new Random(seed);
        for (var i = 0; i < 60; i++)
        {
            await model.AppendAsync(log, random);
        }

        if (seed % 2 == 1)
        {
            await logs.Cleaner.CleanAsync();
            for (var i = 0; i < 40; i++)
            {
                await model.AppendAsync(log, random);
            }
        }

        var step = 0;
        MemoryFileSystem? crashed = null;
        void Step(string path)
        {
            if (++step == crashAt)
            {
                crashed = files.Crash(new Random(seed));
            }
        }

        files.OnWrite = Step;
        files.OnSync = Step;
        files.OnChange = Step;
        await logs.Cleaner.CleanAsync();
        files.OnWrite = null;
        files.OnSync = null;
        files.OnChange = null;
        crashed ??= files.Crash(new Random(seed));
        await logs.DisposeAsync();
        await using var again = TestLog.Open(crashed, Compacted);
        log = await again.PartitionAsync();
        model.AssertLatest(log);
        AssertEveryOffsetCanBeRead(log);
        Assert.DoesNotContain(crashed.Files.Keys, path => path.EndsWith(".damaged", StringComparison.Ordinal));
        await again.Cleaner.CleanAsync();
        model.AssertLatest(log);
        AssertEachKeyOnceBelow(log, log.Cleaner.DirtyOffset);
        return step;
    }

    private static Task<long> AppendAsync(PartitionLog log, params (string Key, string? Value)[] records) =>
        AppendAsync(log, Some.Timestamp, records);

    private static Task<long> AppendAsync(
        PartitionLog log, long timestampMs, params (string Key, string? Value)[] records) =>
        log.AppendOkAsync(Some.KeyedBatch(records, timestampMs: timestampMs));

    /// <summary>Fills the active segment, so that what was appended before is in a sealed one.</summary>
    private static async Task RollAsync(PartitionLog log)
    {
        await AppendAsync(log, ("roll", new string('x', 1800)));
        await AppendAsync(log, ("roll", new string('y', 1800)));
    }

    private static List<string> Contents(PartitionLog log) =>
        [.. CompactionModel.Records(log).Select(record => $"{record.Offset}:{record.Key}={record.Value ?? "null"}")];

    private static void AssertEachKeyOnceBelow(PartitionLog log, long offset) => Assert.All(
        CompactionModel.Records(log).Where(record => record.Offset < offset).GroupBy(record => record.Key),
        group => Assert.Single(group));

    private static void AssertEveryOffsetCanBeRead(PartitionLog log)
    {
        for (var offset = log.LogStartOffset; offset < log.HighWatermark; offset++)
        {
            using var result = log.Read(offset, 1);
            Assert.Equal(ErrorCode.None, result.Error);
            Assert.True(RecordBatchHeader.Read(result.Batches.Span).LastOffset >= offset);
        }
    }
}
