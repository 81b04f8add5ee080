using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Failing writes and syncs, and a full disk.</summary>
public class DiskFaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FailedWriteOrSync_TakesThePartitionOfflineKeepsReadsAndOtherPartitions(bool failsWrite)
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files);
        var log = await logs.PartitionAsync();
        var other = await logs.PartitionAsync("other");
        await log.AppendOkAsync(Some.RecordBatch(2));
        var directory = files.Files.Keys.Single(path => path.EndsWith(".log", StringComparison.Ordinal));
        var syncs = 0;
        Action<string> fail = path =>
        {
            if (path == directory)
            {
                syncs++;
                throw new IOException("I/O error", 5);
            }
        };
        files.OnWrite = failsWrite ? fail : null;
        files.OnSync = failsWrite ? null : fail;
        Assert.Equal(ErrorCode.KafkaStorageError, (await log.AppendAsync(Some.RecordBatch(1))).Error);
        Assert.Equal(ErrorCode.KafkaStorageError, (await log.AppendAsync(Some.RecordBatch(1))).Error);
        Assert.Equal(1, syncs);
        Assert.True(log.IsOffline);
        Assert.Equal(2, log.HighWatermark);
        Assert.Single(log.ReadAll());
        Assert.Equal(0, await other.AppendOkAsync(Some.RecordBatch(1)));
        files.OnWrite = null;
        files.OnSync = null;
        var crashed = files.Crash(new Random(1));
        await logs.DisposeAsync();

        // The restart checks the files, whichever way the process ended.
        foreach (var disk in new[] { files, crashed })
        {
            await using var again = TestLog.Open(disk);
            Assert.False(again.WasStoppedCleanly);
            log = await again.PartitionAsync();
            Assert.False(log.IsOffline);
            Assert.InRange(log.HighWatermark, 2, 3);
            await log.AppendOkAsync(Some.RecordBatch(1));
        }
    }

    [Fact]
    public async Task FullDisk_ProducersAreRefusedReadsWorkAndServiceResumesByItself()
    {
        var files = new MemoryFileSystem { Capacity = 400_000 };
        await using var logs = TestLog.Open(TestLog.Options(files) with { ReserveBytes = 50_000 });
        var log = await logs.PartitionAsync();
        var state = logs.OpenStateLog("offsets");
        var appended = 0;
        AppendResult result;
        while ((result = await log.AppendAsync(Some.RecordBatch(1, valueSize: 5000))).Error == ErrorCode.None)
        {
            appended++;
        }

        Assert.Equal(ErrorCode.KafkaStorageError, result.Error);
        Assert.True(logs.IsDiskFull);
        Assert.False(log.IsOffline);
        Assert.Equal(appended, log.ReadAll().Count);

        // Commits still go through, on the reserve; and what the reserve gave is not taken by producers.
        for (var i = 0; i < 100; i++)
        {
            StateChange[] change = [new(new byte[] { (byte)i }, new byte[300])];
            Assert.Equal(ErrorCode.None, await state.WriteAsync(change));
        }

        Assert.Equal(ErrorCode.KafkaStorageError, (await log.AppendAsync(Some.RecordBatch(1, valueSize: 5000))).Error);
        files.Capacity = 2_000_000;
        Assert.Equal(appended, await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 5000)));
        Assert.False(logs.IsDiskFull);
    }

    [Fact]
    public async Task FullDisk_ASmallAppendThatFits_DoesNotEndIt()
    {
        var files = new MemoryFileSystem { Capacity = 400_000 };
        await using var logs = TestLog.Open(TestLog.Options(files) with { ReserveBytes = 50_000 });
        var log = await logs.PartitionAsync();
        while ((await log.AppendAsync(Some.RecordBatch(1, valueSize: 30_000))).Error == ErrorCode.None)
        {
        }

        Assert.True(logs.IsDiskFull);
        files.Capacity += 500;
        await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 100));
        Assert.True(logs.IsDiskFull);
        files.Capacity = 2_000_000;
        await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 30_000));
        Assert.False(logs.IsDiskFull);
    }

    [Fact]
    public async Task FullDisk_ShorterRetention_CanBeSetAndMakesRoom()
    {
        var files = new MemoryFileSystem { Capacity = 400_000 };
        var options = TestLog.Options(files, new TopicConfig { SegmentBytes = 50_000 }) with { ReserveBytes = 50_000 };
        await using var logs = TestLog.Open(options);
        var log = await logs.PartitionAsync();
        while ((await log.AppendAsync(Some.RecordBatch(1, valueSize: 5000))).Error == ErrorCode.None)
        {
        }

        var manifests = 0;
        files.OnWrite = path =>
        {
            if (path.Contains("/topic", StringComparison.Ordinal) && path.EndsWith(".tmp", StringComparison.Ordinal)
                && files.Used + 1000 > files.Capacity - 40_000)
            {
                manifests++;
                throw DiskFull.Create();
            }
        };
        var settings = new Dictionary<string, string> { ["retention.bytes"] = "60000" };
        Assert.Equal(ErrorCode.None, (await logs.SetTopicConfigAsync(log.Topic.Id, settings)).Error);
        Assert.InRange(manifests, 1, 2);
        files.OnWrite = null;
        await logs.Upkeep.ApplyRetentionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 5000));
        Assert.False(logs.IsDiskFull);
    }

    [Fact]
    public async Task FullDisk_AtARoll_KeepsTheOldSegmentAndResumes()
    {
        var files = new MemoryFileSystem { Capacity = 120_000 };
        await using var logs = TestLog.Open(files, new TopicConfig { SegmentBytes = 70_000 });
        var log = await logs.PartitionAsync();
        var appended = 0;
        while ((await log.AppendAsync(Some.RecordBatch(1, valueSize: 5000))).Error == ErrorCode.None)
        {
            appended++;
        }

        Assert.InRange(appended, 12, 24);
        Assert.Equal(appended, log.ReadAll().Count);
        files.Capacity = 1_000_000;
        for (var i = 0; i < 30; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 5000));
        }

        Assert.Equal(appended + 30, log.ReadAll().Count);
    }
}
