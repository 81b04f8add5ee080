namespace LogFlow.Queue.Storage.Tests;

/// <summary>flush.messages and flush.ms: acknowledgements that do not wait for the disk.</summary>
public class RelaxedDurabilityTests
{
    [Fact]
    public async Task FlushMessages_SyncsAfterSoManyRecords()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files, new TopicConfig { FlushMessages = 10 });
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        var syncs = 0;
        files.OnSync = path => syncs += path.EndsWith(".log", StringComparison.Ordinal) ? 1 : 0;
        for (var i = 1; i < 9; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1));
        }

        Assert.Equal((0, true, 9), (syncs, log.HasUnsynced, log.HighWatermark));
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.Equal((1, false), (syncs, log.HasUnsynced));
        files.OnSync = null;
    }

    [Fact]
    public async Task FlushMs_SyncsWithTheNextAppendOrByUpkeep()
    {
        var time = new ManualTime(Some.Timestamp);
        await using var logs = TestLog.Open(new MemoryFileSystem(), new TopicConfig { FlushMs = 1000 }, time);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        await logs.Upkeep.FlushAsync();
        Assert.True(log.HasUnsynced);
        time.NowMs += 1000;
        await logs.Upkeep.FlushAsync();
        Assert.False(log.HasUnsynced);
        await log.AppendOkAsync(Some.RecordBatch(1));
        time.NowMs += 1000;
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.False(log.HasUnsynced);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public async Task StrictValues_SyncEveryGroup(long flushMessages, long flushMs)
    {
        var config = new TopicConfig { FlushMessages = flushMessages, FlushMs = flushMs };
        Assert.False(config.IsDurabilityRelaxed);
        await using var logs = TestLog.Open(new MemoryFileSystem(), config);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.False(log.HasUnsynced);
    }

    [Fact]
    public async Task SettingTakenBack_SyncsWhatIsLeft()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await logs.SetTopicConfigAsync(log.Topic.Id, new Dictionary<string, string> { ["flush.messages"] = "1000" });
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.True(log.HasUnsynced);
        await logs.SetTopicConfigAsync(log.Topic.Id, new Dictionary<string, string>());
        await logs.Upkeep.FlushAsync();
        Assert.False(log.HasUnsynced);
    }

    [Fact]
    public async Task PowerCut_LosesOnlyWhatWasNotSyncedAndIsNotTakenForDamage()
    {
        for (var seed = 0; seed < 80; seed++)
        {
            var random = new Random(seed);
            var files = new MemoryFileSystem();
            var config = new TopicConfig
            {
                FlushMessages = 1 + random.Next(30),
                SegmentBytes = 3000 + random.Next(9000),
            };
            var logs = TestLog.Open(files, config);
            var log = await logs.PartitionAsync();
            var written = new List<byte[]>();
            var synced = 0;
            for (var i = random.Next(5, 60); i > 0; i--)
            {
                var batch = Some.RecordBatch(1 + random.Next(3), valueSize: random.Next(700), seed: i);
                await log.AppendOkAsync(batch);
                written.Add(batch);
                synced = log.HasUnsynced ? synced : written.Count;
            }

            var crashed = files.Crash(random);
            await logs.DisposeAsync();
            await using var again = TestLog.Open(crashed, config);
            log = await again.PartitionAsync();
            var found = log.ReadAll();
            Assert.InRange(found.Count, synced, written.Count);
            for (var i = 0; i < found.Count; i++)
            {
                Assert.True(written[i].AsSpan(16).SequenceEqual(found[i].Bytes.AsSpan(16)), $"seed {seed}: batch {i}");
            }

            Assert.Equal(found.Count == 0 ? 0 : found[^1].Header.NextOffset, log.HighWatermark);
            await log.AppendOkAsync(Some.RecordBatch(1));
        }
    }

    [Fact]
    public async Task CleanStopAndCheckpoint_CoverWhatWasNotSynced()
    {
        var files = new MemoryFileSystem();
        var config = new TopicConfig { FlushMessages = 1_000_000 };
        await using (var logs = TestLog.Open(files, config))
        {
            var log = await logs.PartitionAsync();
            await log.AppendOkAsync(Some.RecordBatch(5));
            Assert.True(log.HasUnsynced);
        }

        await using var again = TestLog.Open(files.Crash(new Random(1)), config);
        Assert.Equal(5, (await again.PartitionAsync()).HighWatermark);
    }
}
