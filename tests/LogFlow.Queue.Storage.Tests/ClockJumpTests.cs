using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>A clock that is set forward or back while the queue runs.</summary>
public class ClockJumpTests
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly TopicConfig Config = new()
    {
        SegmentBytes = 4096,
        RetentionMs = 10_000,
        TimestampAfterMaxMs = long.MaxValue,
    };

    [Fact]
    public async Task Retention_ClockSetForward_KeepsWhatWasAppendedAMomentAgo()
    {
        var time = new ManualTime(Some.Timestamp);
        await using var logs = TestLog.Open(new MemoryFileSystem { Clock = time }, Config, time);
        var log = await logs.PartitionAsync();
        for (var i = 0; i < 50; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 200));
        }

        time.Jump(Year);
        await logs.Upkeep.ApplyRetentionAsync();
        Assert.Equal(50, log.ReadAll().Count);
        time.NowMs += Config.RetentionMs + 1;
        await logs.Upkeep.ApplyRetentionAsync();
        Assert.Equal(log.HighWatermark, log.LogStartOffset);
    }

    [Fact]
    public async Task Retention_ClockSetBack_RemovesNothingEarlyAndRecordsOfTheOldClockInTheirTime()
    {
        var time = new ManualTime(Some.Timestamp);
        var files = new MemoryFileSystem { Clock = time };
        await using var logs = TestLog.Open(files, Config with { IsLogAppendTime = true }, time);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        time.Jump(-Year);
        for (var i = 0; i < 50; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 200));
        }

        await logs.Upkeep.ApplyRetentionAsync();
        Assert.Equal(51, log.ReadAll().Count);
        time.NowMs += Config.RetentionMs + 1;
        await logs.Upkeep.ApplyRetentionAsync();
        Assert.Equal(log.HighWatermark, log.LogStartOffset);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task SegmentMs_AfterAJump_IsCountedFromTheNewClock(int direction)
    {
        var time = new ManualTime(Some.Timestamp);
        var config = new TopicConfig { SegmentMs = 10_000, TimestampAfterMaxMs = long.MaxValue };
        await using var logs = TestLog.Open(new MemoryFileSystem { Clock = time }, config, time);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        time.Jump(Year * direction);
        await log.AppendOkAsync(Some.RecordBatch(1));
        var afterJump = log.Segments.Count;
        Assert.Equal(direction > 0 ? 2 : 1, afterJump);
        time.NowMs += 9_999;
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.Equal(afterJump, log.Segments.Count);
        time.NowMs += 2;
        await log.AppendOkAsync(Some.RecordBatch(1));
        Assert.Equal(afterJump + 1, log.Segments.Count);
    }

    [Fact]
    public async Task Lookup_TimesThatFall_FindsTheFirstRecordThatIsNotEarlier()
    {
        var random = new Random(5);
        var time = new ManualTime(Some.Timestamp);
        var config = Config with { IsLogAppendTime = true, IndexIntervalBytes = 100, SegmentBytes = 1500 };
        var files = new MemoryFileSystem { Clock = time };
        var logs = TestLog.Open(files, config, time);
        var log = await logs.PartitionAsync();
        var times = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            time.NowMs += random.Next(50);
            if (i % 20 == 0)
            {
                time.Jump(TimeSpan.FromMilliseconds(random.Next(-3000, 3000)));
            }

            times.Add(time.GetUtcNow().ToUnixTimeMilliseconds());
            await log.AppendOkAsync(Some.RecordBatch(1));
        }

        AssertLookups();
        var killed = files.Kill();
        await logs.DisposeAsync();
        logs = TestLog.Open(killed, config, time);
        log = await logs.PartitionAsync();
        AssertLookups();
        await logs.DisposeAsync();

        void AssertLookups()
        {
            for (var target = times.Min() - 10; target < times.Max() + 10; target += 7)
            {
                Assert.Equal((target, (long)times.FindIndex(at => at >= target)), (
                    target, log.FindOffsetByTimestamp(target).Offset));
            }

            Assert.Equal(times.IndexOf(times.Max()), log.FindMaxTimestamp().Offset);
        }
    }

    [Fact]
    public async Task Timestamps_AfterTheClockWasSetBack_AreRefusedUntilProducersFollow()
    {
        var time = new ManualTime(Some.Timestamp);
        var config = Config with { TimestampAfterMaxMs = 3_600_000 };
        await using var logs = TestLog.Open(new MemoryFileSystem { Clock = time }, config, time);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        time.Jump(-Year);
        Assert.Equal(ErrorCode.InvalidTimestamp, (await log.AppendAsync(Some.RecordBatch(1))).Error);
        await log.AppendOkAsync(Some.RecordBatch(1, timestampMs: time.GetUtcNow().ToUnixTimeMilliseconds()));
    }
}
