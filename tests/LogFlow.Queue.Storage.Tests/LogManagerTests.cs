using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Testing;

namespace LogFlow.Queue.Storage.Tests;

public class LogManagerTests
{
    [Fact]
    public async Task Topic_CreatedChangedAndReopened_KeepsIdPartitionsAndSettings()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files);
        var created = await logs.CreateTopicAsync(
            "a.b_c-D", 3, new Dictionary<string, string> { ["retention.ms"] = "5" });
        var id = created.Topic!.Id;
        await logs.SetPartitionCountAsync(id, 5);
        await logs.SetTopicConfigAsync(
            id, new Dictionary<string, string> { ["segment.bytes"] = "100000", ["unknown.key"] = "x" });
        await logs.DisposeAsync();

        await using var again = TestLog.Open(files);
        var topic = again.FindTopic("a.b_c-D")!;
        Assert.Same(topic, again.FindTopic(id));
        Assert.Equal(5, topic.Partitions.Count);
        Assert.Equal((100_000, TopicConfig.Default.RetentionMs), (topic.Config.SegmentBytes, topic.Config.RetentionMs));
        Assert.Equal("x", topic.Config.Overrides["unknown.key"]);
        Assert.Equal(logs.ClusterId, again.ClusterId);
    }

    [Fact]
    public async Task Topic_DeletedAndCreatedAgain_HasAnotherIdAndNoRecords()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files);
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(3));
        var id = log.Topic.Id;
        Assert.Equal(ErrorCode.None, (await logs.DeleteTopicAsync(id)).Error);
        Assert.Equal(ErrorCode.UnknownTopicId, (await logs.DeleteTopicAsync(id)).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await log.AppendAsync(Some.RecordBatch())).Error);
        var recreated = await logs.PartitionAsync();
        Assert.NotEqual(id, recreated.Topic.Id);
        Assert.Equal(0, recreated.HighWatermark);
        await Eventually.TrueAsync(
            () => !files.Files.Keys.Any(path => path.Contains(".deleted", StringComparison.Ordinal)), "the files go");
    }

    [Theory]
    [InlineData("", 1, ErrorCode.InvalidTopicException)]
    [InlineData("..", 1, ErrorCode.InvalidTopicException)]
    [InlineData("a/b", 1, ErrorCode.InvalidTopicException)]
    [InlineData("ä", 1, ErrorCode.InvalidTopicException)]
    [InlineData("t", 0, ErrorCode.InvalidPartitions)]
    [InlineData("t", 1, ErrorCode.None)]
    public async Task CreateTopic_NameAndCount_FollowKafkasRules(string name, int partitions, ErrorCode expected)
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        Assert.Equal(expected, (await logs.CreateTopicAsync(name, partitions)).Error);
    }

    [Fact]
    public async Task CreateTopic_Twice_NamesTheExistingOne()
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var first = await logs.CreateTopicAsync("t", 1);
        var second = await logs.CreateTopicAsync("t", 1);
        Assert.Equal(ErrorCode.TopicAlreadyExists, second.Error);
        Assert.Same(first.Topic, second.Topic);
    }

    [Theory]
    [InlineData("retention.ms", "soon")]
    [InlineData("segment.bytes", "1")]
    [InlineData("cleanup.policy", "forget")]
    [InlineData("compression.type", "rar")]
    public async Task CreateTopic_InvalidSetting_IsRefusedByName(string key, string value)
    {
        await using var logs = TestLog.Open(new MemoryFileSystem());
        var result = await logs.CreateTopicAsync("t", 1, new Dictionary<string, string> { [key] = value });
        Assert.Equal(ErrorCode.InvalidConfig, result.Error);
        Assert.Contains(key, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RealDisk_WrittenStoppedKilledAndReopened_KeepsEverything()
    {
        using var directory = new TempDirectory();
        var options = new LogManagerOptions
        {
            DataDirectory = directory.File("data"),
            DefaultTopicConfig = new TopicConfig { SegmentBytes = 100_000 },
        };
        var total = 0;
        for (var life = 0; life < 3; life++)
        {
            await using var logs = TestLog.Open(options);
            var log = await logs.PartitionAsync();
            Assert.Equal(total, log.ReadAll().Count);
            var tasks = Enumerable.Range(0, 300)
                .Select(i => log.AppendAsync(Some.RecordBatch(5, valueSize: 300, seed: i)).AsTask()).ToList();
            Assert.All(await Task.WhenAll(tasks), result => Assert.Equal(ErrorCode.None, result.Error));
            total += 300;
            Assert.Equal(total, log.ReadAll().Count);
        }
    }

    [Fact]
    public async Task RealDisk_CopiedWhileAppending_HoldsAllThatWasAcknowledged()
    {
        using var directory = new TempDirectory();
        var options = new LogManagerOptions { DataDirectory = directory.File("data") };
        await using var logs = TestLog.Open(options);
        var log = await logs.PartitionAsync();
        for (var round = 0; round < 5; round++)
        {
            var appends = Task.Run(async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await log.AppendOkAsync(Some.RecordBatch(3, valueSize: 400, seed: i));
                }
            });
            await Eventually.TrueAsync(() => log.HighWatermark > round * 600, "appends run");
            var acknowledged = log.HighWatermark;
            var copy = directory.File($"copy{round}");
            CopyDirectory(options.DataDirectory, copy);
            await appends;
            await using var restored = TestLog.Open(new LogManagerOptions { DataDirectory = copy });
            var restoredLog = await restored.PartitionAsync();
            Assert.True(restoredLog.HighWatermark >= acknowledged);
            Assert.Equal(restoredLog.HighWatermark / 3, restoredLog.ReadAll().Count);
        }
    }

    [Fact]
    public async Task Directory_OfALivingManager_IsLocked()
    {
        using var directory = new TempDirectory();
        var options = new LogManagerOptions { DataDirectory = directory.Path };
        await using var logs = TestLog.Open(options);
        Assert.Throws<DirectoryLockedException>(() => TestLog.Open(options));
    }

    [Fact]
    public async Task Append_AfterDispose_IsRefused()
    {
        var logs = TestLog.Open(new MemoryFileSystem());
        var log = await logs.PartitionAsync();
        await logs.DisposeAsync();
        Assert.Equal(ErrorCode.KafkaStorageError, (await log.AppendAsync(Some.RecordBatch())).Error);
    }

    private static void CopyDirectory(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var directory in Directory.GetDirectories(source))
        {
            CopyDirectory(directory, Path.Combine(target, Path.GetFileName(directory)));
        }

        foreach (var file in Directory.GetFiles(source).Where(file => Path.GetFileName(file) != ".lock"))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }
}
