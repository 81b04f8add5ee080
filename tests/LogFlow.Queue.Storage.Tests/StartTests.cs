namespace LogFlow.Queue.Storage.Tests;

/// <summary>What a start costs, in file accesses: how long it takes follows from that.</summary>
public class StartTests
{
    private static readonly TopicConfig SmallSegments = new() { SegmentBytes = 2000 };

    [Fact]
    public async Task CleanStart_ManySegmentsAndPartitions_OpensNoLogAndNoIndex()
    {
        var files = new MemoryFileSystem();
        await FillAsync(files, stopsCleanly: true);
        var opened = new List<string>();
        files.OnOpen = opened.Add;
        await using var logs = TestLog.Open(files, SmallSegments);
        Assert.Equal(50, logs.FindTopic("t")!.Partitions.Count);
        Assert.True(logs.FindTopic("t")!.Partitions[0].Segments.Count > 50);
        Assert.DoesNotContain(opened, IsSegmentFile);
        files.OnOpen = null;
    }

    [Fact]
    public async Task StartAfterACrash_ReadsOnlyWhatTheCheckpointDoesNotCover()
    {
        var files = new MemoryFileSystem();
        var killed = await FillAsync(files, stopsCleanly: false);
        var opened = new HashSet<string>();
        killed.OnOpen = path => opened.Add(path);
        await using var logs = TestLog.Open(killed, SmallSegments);
        Assert.Equal(202, logs.FindTopic("t")!.Partitions[0].HighWatermark);
        Assert.InRange(opened.Count(path => path.EndsWith(".log", StringComparison.Ordinal)), 1, 3);
        killed.OnOpen = null;
    }

    [Fact]
    public async Task Upkeep_QuietPartitions_TouchesNoFile()
    {
        var files = new MemoryFileSystem();
        await FillAsync(files, stopsCleanly: true);
        await using var logs = TestLog.Open(files, SmallSegments);
        var touched = new List<string>();
        files.OnOpen = touched.Add;
        files.OnWrite = touched.Add;
        files.OnSync = touched.Add;
        await logs.Upkeep.FlushAsync();
        await logs.Cleaner.CleanAsync();
        Assert.Empty(touched);
        files.OnOpen = null;
        files.OnWrite = null;
        files.OnSync = null;
    }

    /// <summary>A topic with one long partition and 49 empty ones; a checkpoint, then two batches more.</summary>
    private static async Task<MemoryFileSystem> FillAsync(MemoryFileSystem files, bool stopsCleanly)
    {
        var logs = TestLog.Open(files, SmallSegments);
        var created = await logs.CreateTopicAsync("t", 50);
        var log = created.Topic!.Partitions[0];
        for (var i = 0; i < 200; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 500));
        }

        await log.DeleteRecordsAsync(1);
        for (var i = 0; i < 2; i++)
        {
            await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 500));
        }

        var killed = files.Kill();
        if (stopsCleanly)
        {
            await logs.DisposeAsync();
            return files;
        }

        await logs.DisposeAsync();
        return killed;
    }

    private static bool IsSegmentFile(string path) =>
        path.EndsWith(".log", StringComparison.Ordinal) || path.EndsWith(".index", StringComparison.Ordinal);
}
