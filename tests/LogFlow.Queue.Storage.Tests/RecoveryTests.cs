using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>What survives which damage.</summary>
public class RecoveryTests
{
    private static readonly TopicConfig SmallSegments = new() { SegmentBytes = 4096, IndexIntervalBytes = 256 };

    [Fact]
    public async Task CleanStop_Reopened_ReadsNoSegmentAndKeepsEverything()
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 200, SmallSegments);
        await using var logs = TestLog.Open(files, SmallSegments);
        Assert.True(logs.WasStoppedCleanly);
        Assert.Equal(0, logs.LeaderEpoch);
        AssertSame(written, (await logs.PartitionAsync()).ReadAll());
    }

    [Fact]
    public async Task Kill_WithoutACheckpoint_KeepsEverything()
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 200, SmallSegments, stopsCleanly: false);
        var killed = files.Kill();
        await using var logs = TestLog.Open(killed, SmallSegments);
        Assert.False(logs.WasStoppedCleanly);
        Assert.Equal(1, logs.LeaderEpoch);
        AssertSame(written, (await logs.PartitionAsync()).ReadAll());
    }

    [Fact]
    public async Task TornTail_CutAtEveryByteOfTheLastBatch_KeepsTheBatchesBefore()
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 3, TopicConfig.Default, stopsCleanly: false);
        var lastSize = written[^1].Length;
        var path = SegmentPaths(files)[^1];
        var total = written.Sum(batch => batch.Length);

        // The last byte of a record without headers is zero, so cutting that alone cuts nothing.
        for (var cut = total - lastSize; cut < total - 1; cut++)
        {
            var torn = files.Kill();
            var content = torn.Files[path].Content;
            content.AsSpan(cut).Clear();
            torn.Files[path].Content = content;
            await using var logs = TestLog.Open(torn);
            var log = await logs.PartitionAsync();
            AssertSame(written[..^1], log.ReadAll());
            Assert.Equal(log.HighWatermark, await log.AppendOkAsync(Some.RecordBatch(2)));
            Assert.Equal(written.Count, log.ReadAll().Count);
        }
    }

    [Fact]
    public async Task TornTail_AnyByteOfTheLastBatchFlipped_KeepsTheBatchesBefore()
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 3, TopicConfig.Default, stopsCleanly: false);
        var path = SegmentPaths(files)[^1];
        var total = written.Sum(batch => batch.Length);
        for (var position = total - written[^1].Length; position < total; position++)
        {
            var damaged = files.Kill();
            var content = damaged.Files[path].Content;
            content[position] ^= 0x55;
            damaged.Files[path].Content = content;
            await using var logs = TestLog.Open(damaged);
            var kept = (await logs.PartitionAsync()).ReadAll();

            // The leader epoch alone is neither covered by the CRC nor needed.
            var isEpoch = position - (total - written[^1].Length) is >= 12 and < 16;
            Assert.Equal(isEpoch ? written.Count : written.Count - 1, kept.Count);
        }
    }

    [Fact]
    public async Task DamageBehindTheCheckpoint_WithValidBatchesBehindIt_BecomesAGapAndTheRestIsServed()
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 10, TopicConfig.Default, stopsCleanly: false);
        var position = written.Take(4).Sum(batch => batch.Length) + 70;
        var damaged = files.Kill();
        var path = SegmentPaths(damaged)[0];
        var content = damaged.Files[path].Content;
        content[position] ^= 1;
        damaged.Files[path].Content = content;
        await using (var logs = TestLog.Open(damaged))
        {
            var log = await logs.PartitionAsync();
            AssertSame([.. written[..4], .. written[5..]], log.ReadAll());
            using var inTheGap = log.Read(RecordBatchHeader.Read(written[4]).BaseOffset, 1);
            Assert.Equal(written[5], inTheGap.Batches.ToArray());
            await log.AppendOkAsync(Some.RecordBatch());
            Assert.Equal(10, log.ReadAll().Count);
        }

        var kept = damaged.Files.Single(file => file.Key.EndsWith(".damaged", StringComparison.Ordinal)).Value.Content;
        Assert.Equal(written[4].Length, kept.Length);
    }

    [Fact]
    public async Task TornGroupOfSeveralBatches_IsCutAtItsFirstTornBatchAlsoWhereALaterOneIsWhole()
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 3, TopicConfig.Default, stopsCleanly: false);
        var path = SegmentPaths(files)[0];
        var start = written.Sum(batch => batch.Length);
        var group = Enumerable.Range(0, 3).Select(i => Some.RecordBatch(2, seed: i)).ToList();
        for (var i = 0; i < group.Count; i++)
        {
            RecordBatch.SetBaseOffset(group[i], 6 + (2 * i));
        }

        byte[] bytes = [.. group.SelectMany(batch => batch), .. new byte[CommitMark.Size]];
        CommitMark.Write(bytes.AsSpan(bytes.Length - CommitMark.Size), start, start + bytes.Length - CommitMark.Size);
        bytes[group[0].Length + 70] ^= 1;
        var torn = files.Kill();
        var content = torn.Files[path].Content;
        bytes.CopyTo(content, start);
        torn.Files[path].Content = content;
        await using var logs = TestLog.Open(torn);
        var log = await logs.PartitionAsync();
        Assert.Equal([0L, 2, 4, 6], log.ReadAll().Select(batch => batch.Header.BaseOffset));
        Assert.Equal(8, await log.AppendOkAsync(Some.RecordBatch()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task DamageBeforeTheCheckpoint_FoundWhenRead_BecomesAGapAndTheRestIsServed(int damagedBatch)
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 10, TopicConfig.Default);
        var position = written.Take(damagedBatch).Sum(batch => batch.Length) + 70;
        var path = SegmentPaths(files)[0];
        var content = files.Files[path].Content;
        content[position] ^= 1;
        files.Files[path].Content = content;

        await using var logs = TestLog.Open(files);
        var log = await logs.PartitionAsync();
        var offset = RecordBatchHeader.Read(written[damagedBatch]).BaseOffset;
        using (var first = log.Read(offset, 1000))
        {
            Assert.Equal(ErrorCode.KafkaStorageError, first.Error);
        }

        await Testing.Eventually.TrueAsync(
            () =>
            {
                using var result = log.Read(offset, 1000);
                return result.Error == ErrorCode.None;
            },
            "the damage is put aside");
        AssertSame([.. written[..damagedBatch], .. written[(damagedBatch + 1)..]], log.ReadAll());
        Assert.Equal(20, log.HighWatermark);
        Assert.Equal(20, await log.AppendOkAsync(Some.RecordBatch(2)));
        Assert.Equal(10, log.ReadAll().Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Index_LostEmptyOrWrong_IsMadeAgain(int damage)
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 200, SmallSegments);
        foreach (var path in files.Files.Keys.Where(path => path.EndsWith(".index", StringComparison.Ordinal)).ToList())
        {
            if (damage == 0)
            {
                files.DeleteFile(path);
            }
            else
            {
                var content = files.Files[path].Content;
                for (var i = 7; damage == 2 && i < content.Length; i += IndexEntry.Size)
                {
                    content[i] ^= 3;
                }

                files.Files[path].Content = damage == 1 ? new byte[content.Length] : content;
            }
        }

        await using var logs = TestLog.Open(files, SmallSegments);
        var log = await logs.PartitionAsync();
        AssertSame(written, log.ReadAll());
        for (long offset = 0; offset < log.HighWatermark; offset++)
        {
            using var result = log.Read(offset, 1);
            var header = RecordBatchHeader.Read(result.Batches.Span);
            Assert.InRange(offset, header.BaseOffset, header.LastOffset);
        }
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("meta")]
    [InlineData("topic")]
    [InlineData("reserve")]
    [InlineData("clean-shutdown")]
    public async Task SmallFile_DamagedAtAnyByte_CostsNoRecord(string name)
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 30, SmallSegments);
        var path = files.Files.Keys.SingleOrDefault(path => Path.GetFileName(path) == name);
        if (path is null)
        {
            return;
        }

        for (var position = -1; position < files.Files[path].Length; position++)
        {
            var damaged = files.Kill();
            var content = damaged.Files[path].Content;
            if (position >= 0)
            {
                content[position] ^= 0x11;
            }

            damaged.Files[path].Content = position < 0 ? content[..(content.Length / 2)] : content;
            await using var logs = TestLog.Open(damaged, SmallSegments);
            var log = await logs.PartitionAsync();
            AssertSame(written, log.ReadAll());
            Assert.Equal(log.HighWatermark, await log.AppendOkAsync(Some.RecordBatch()));
        }
    }

    [Fact]
    public async Task SegmentShorterThanTheCheckpoint_OffsetsAreNotGivenOutAgain()
    {
        var files = new MemoryFileSystem();
        var written = await FillAsync(files, 10, TopicConfig.Default);
        var path = SegmentPaths(files)[0];
        files.Files[path].Content = files.Files[path].Content[..written.Take(6).Sum(batch => batch.Length)];
        await using var logs = TestLog.Open(files);
        var log = await logs.PartitionAsync();
        AssertSame(written[..6], log.ReadAll());
        Assert.Equal(20, await log.AppendOkAsync(Some.RecordBatch()));
        Assert.Equal(7, log.ReadAll().Count);
    }

    [Fact]
    public async Task Crash_AtRandomMoments_KeepsWhatWasAcknowledgedAndInventsNothing()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            await CrashOnceAsync(seed);
        }
    }

    private static async Task CrashOnceAsync(int seed)
    {
        var random = new Random(seed);
        var files = new MemoryFileSystem();
        var config = SmallSegments with { SegmentBytes = 4000 + random.Next(20_000) };
        var acknowledged = new Dictionary<long, byte[]>();
        var attempted = new HashSet<string>();
        for (var life = 0; life < 4; life++)
        {
            var logs = TestLog.Open(TestLog.Options(files, config) with { CheckpointBytes = 5000 });
            var log = await logs.PartitionAsync();
            var found = log.ReadAll().ToDictionary(batch => batch.Header.BaseOffset, batch => batch.Bytes);
            foreach (var (offset, bytes) in acknowledged)
            {
                Assert.True(
                    found.TryGetValue(offset, out var kept), $"seed {seed}, life {life}: offset {offset} is lost");
                Assert.True(bytes.AsSpan(16).SequenceEqual(kept.AsSpan(16)), $"seed {seed}: offset {offset} changed");
            }

            // Only what was being written may be missing, and from its first torn batch on: offsets have no gap.
            Assert.Equal(found.Count == 0 ? log.LogStartOffset : log.HighWatermark, log.ReadAll().Aggregate(
                log.LogStartOffset, (next, batch) =>
                {
                    Assert.Equal((seed, life, next), (seed, life, batch.Header.BaseOffset));
                    return batch.Header.NextOffset;
                }));
            Assert.All(found.Values, bytes => Assert.Contains(Convert.ToHexString(bytes.AsSpan(16)), attempted));
            var crashed = await AppendUntilCrashAsync(log, files, random, acknowledged, attempted);
            await logs.DisposeAsync();
            files = crashed;
        }
    }

    private static async Task<MemoryFileSystem> AppendUntilCrashAsync(
        PartitionLog log,
        MemoryFileSystem files,
        Random random,
        Dictionary<long, byte[]> acknowledged,
        HashSet<string> attempted)
    {
        var crashAt = random.Next(1, 60);
        var writes = 0;
        MemoryFileSystem? crashed = null;
        var frozen = new List<(long Offset, byte[] Bytes)>();
        var crashRandom = new Random(random.Next());
        void CountDown(string path)
        {
            // Between two steps of the writer: what is acknowledged by now must survive.
            if (++writes == crashAt)
            {
                lock (frozen)
                {
                    foreach (var (offset, bytes) in frozen)
                    {
                        acknowledged[offset] = bytes;
                    }

                    crashed = files.Crash(crashRandom);
                }
            }
        }

        files.OnWrite = CountDown;
        files.OnSync = CountDown;
        for (var round = 0; round < 200 && Volatile.Read(ref crashed) is null; round++)
        {
            var batches = Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => Some.RecordBatch(
                    random.Next(1, 4), valueSize: random.Next(1, 900), seed: random.Next())).ToList();
            attempted.UnionWith(batches.Select(batch => Convert.ToHexString(batch.AsSpan(16))));
            var results = await Task.WhenAll(batches.Select(batch => log.AppendAsync(batch).AsTask()));
            Assert.All(results, result => Assert.Equal(ErrorCode.None, result.Error));
            lock (frozen)
            {
                frozen.AddRange(results.Zip(batches, (result, batch) => (result.BaseOffset, batch)));
            }
        }

        files.OnWrite = null;
        files.OnSync = null;
        return crashed ?? files.Crash(crashRandom);
    }

    private static async Task<List<byte[]>> FillAsync(
        MemoryFileSystem files, int count, TopicConfig config, bool stopsCleanly = true)
    {
        var logs = TestLog.Open(files, config);
        var log = await logs.PartitionAsync();
        var written = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            var batch = Some.RecordBatch(2, seed: i);
            await log.AppendOkAsync(batch);
            written.Add(batch);
        }

        if (stopsCleanly)
        {
            await logs.DisposeAsync();
        }

        return written;
    }

    private static List<string> SegmentPaths(MemoryFileSystem files) =>
    [
        .. files.Files.Keys
            .Where(path => path.EndsWith(".log", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    private static void AssertSame(
        List<byte[]> expected, List<(RecordBatchHeader Header, byte[] Bytes)> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.True(expected[i].AsSpan().SequenceEqual(actual[i].Bytes), $"batch {i}");
        }
    }

    /// <summary>
    /// Folders, too, are lost to a power cut where nobody synced their names: a process that was killed before it had
    /// done so leaves that to the next one.
    /// </summary>
    [Fact]
    public async Task KilledAtAnySync_StartedAgain_PowerCut_KeepsWhatWasAcknowledged()
    {
        for (var number = 1; ; number++)
        {
            var files = new MemoryFileSystem();
            var left = number;
            MemoryFileSystem? killed = null;
            files.OnSync = _ => killed = --left == 0 ? files.Kill() : killed;
            await using (var first = TestLog.Open(files))
            {
                await (await first.PartitionAsync()).AppendOkAsync(Some.RecordBatch(1));
            }

            if (killed is null)
            {
                Assert.InRange(number, 10, 200);
                return;
            }

            await using var second = TestLog.Open(killed);
            await (await second.PartitionAsync()).AppendOkAsync(Some.RecordBatch(1));
            var end = (await second.PartitionAsync()).HighWatermark;
            for (var seed = 0; seed < 8; seed++)
            {
                await using var third = TestLog.Open(killed.Crash(new Random(seed)));
                Assert.True(third.FindTopic("t") is not null, $"killed at sync {number}, seed {seed}: no topic");
                Assert.Equal(end, third.FindTopic("t")!.Partitions[0].HighWatermark);
            }
        }
    }
}
