using System.Buffers.Binary;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// A missing, older or damaged file never looks like an empty one, whatever the other files say. The matrix tries one
/// file at a time; these are the cases in which two are lost, or in which it matters what exactly is said.
/// </summary>
public sealed class LostFileTests
{
    private static readonly Guid BootId = Guid.NewGuid();

    [Fact]
    public async Task MetaAndItsCopy_Deleted_RecordsAreKeptAndTheEpochGoesOn()
    {
        var files = await FillAsync(4, stopsCleanly: false);
        files.DeleteFile(Root("meta"));
        files.DeleteFile(Root("meta.copy"));
        var lines = new CollectingLogs();
        await using var logs = Open(files, lines);
        Assert.False(logs.WasStoppedCleanly);
        Assert.Equal(1, logs.LeaderEpoch);
        Assert.Contains(lines.At(LogLevel.Error), line => line.Contains("new cluster id", StringComparison.Ordinal));
        var log = logs.FindTopic("t")!.Partitions[0];
        Assert.Equal(8, log.HighWatermark);
        Assert.Equal(8, await log.AppendOkAsync(Some.RecordBatch()));
    }

    [Fact]
    public async Task CleanShutdown_LeftOverFromAnEarlierStop_IsNotBelieved()
    {
        var files = await FillAsync(4, stopsCleanly: true);
        var stale = files.Files[Root("clean-shutdown")].Content;
        var killed = await FillAsync(3, stopsCleanly: false, files);
        using (var file = killed.OpenOrCreate(Root("clean-shutdown")))
        {
            file.Write(stale, 0);
        }

        var lines = new CollectingLogs();
        await using var logs = Open(killed, lines);
        Assert.False(logs.WasStoppedCleanly);
        Assert.Contains(lines.At(LogLevel.Error), line => line.Contains("not the one of the last stop"));
        Assert.Equal(14, await logs.FindTopic("t")!.Partitions[0].AppendOkAsync(Some.RecordBatch()));
    }

    [Fact]
    public async Task LastBatch_DamagedAfterAKill_IsSaidAndItsOffsetsAreNotGivenOutAgain()
    {
        var whole = await FillAsync(4, stopsCleanly: false);
        var path = whole.Files.Keys.Single(path => path.EndsWith(".log", StringComparison.Ordinal));
        var end = (int)CommitMark.FindLast(whole.Files[path].Content, 0).Position;
        foreach (var position in new[] { end - 1, end - 20, end - 100 })
        {
            var files = whole.Kill();
            var content = files.Files[path].Content;
            content[position] ^= 0x11;
            files.Files[path].Content = content;
            var lines = new CollectingLogs();
            await using var logs = Open(files, lines);
            Assert.Contains(lines.At(LogLevel.Error), line => line.StartsWith("DATA LOST", StringComparison.Ordinal));
            var log = logs.FindTopic("t")!.Partitions[0];
            Assert.Equal(3, log.ReadAll().Count);
            Assert.Equal(8, await log.AppendOkAsync(Some.RecordBatch()));
            Assert.Equal(4, log.ReadAll().Count);
        }
    }

    [Fact]
    public async Task LastBatch_TornByAPowerCut_IsNoAlarm()
    {
        var files = await FillAsync(4, stopsCleanly: false);
        var path = files.Files.Keys.Single(path => path.EndsWith(".log", StringComparison.Ordinal));
        var content = files.Files[path].Content;
        content[CommitMark.FindLast(content, 0).Position - 20] ^= 0x11;
        files.Files[path].Content = content;
        var lines = new CollectingLogs();
        await using var logs = TestLog.Open(TestLog.Options(files) with { BootId = Guid.NewGuid() }, loggers: lines);
        Assert.Empty(lines.At(LogLevel.Error));
        Assert.Equal(3, logs.FindTopic("t")!.Partitions[0].ReadAll().Count);
    }

    [Fact]
    public async Task TopicFolder_Deleted_ItsNameIsHeldUntilAnEmptyFolderGivesItUp()
    {
        var files = await FillAsync(4, stopsCleanly: true);
        var folder = files.ListDirectories(Root("topics")).Single();
        files.DeleteDirectory(Path.Combine(Root("topics"), folder));
        for (var start = 0; start < 2; start++)
        {
            var lines = new CollectingLogs();
            await using var logs = Open(files, lines);
            Assert.Contains(lines.At(LogLevel.Error), line => line.Contains("topic t is missing"));
            Assert.True(logs.IsHeld("t"));
            Assert.Equal(ErrorCode.KafkaStorageError, (await logs.CreateTopicAsync("t", 1)).Error);
        }

        files.CreateDirectory(Path.Combine(Root("topics"), folder));
        await using var again = Open(files, new CollectingLogs());
        Assert.Equal(ErrorCode.None, (await again.CreateTopicAsync("t", 1)).Error);
    }

    [Fact]
    public async Task ManifestAndItsCopy_Deleted_ItsNameIsHeldAndItsFilesAreKept()
    {
        var files = await FillAsync(4, stopsCleanly: true);
        foreach (var path in files.Files.Keys.Where(path => Path.GetFileName(path) is "topic" or "topic.copy").ToList())
        {
            files.DeleteFile(path);
        }

        var lines = new CollectingLogs();
        await using var logs = Open(files, lines);
        Assert.Contains(lines.At(LogLevel.Error), line => line.Contains("neither the file 'topic' nor its copy"));
        Assert.Equal(ErrorCode.KafkaStorageError, (await logs.CreateTopicAsync("t", 1)).Error);
        Assert.Contains(files.Files.Keys, path => path.EndsWith(".log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DeletedTopic_KilledBeforeAnyCheckpoint_IsNoAlarm()
    {
        var files = await FillAsync(4, stopsCleanly: true);
        MemoryFileSystem killed;
        await using (var logs = Open(files, new CollectingLogs()))
        {
            await logs.DeleteTopicAsync(logs.FindTopic("t")!.Id);
            killed = files.Kill();
        }

        foreach (var disk in new[] { killed, files })
        {
            for (var start = 0; start < 2; start++)
            {
                var lines = new CollectingLogs();
                await using var again = Open(disk, lines);
                Assert.Empty(lines.At(LogLevel.Error));
                Assert.Equal(ErrorCode.None, (await again.CreateTopicAsync($"t{start}", 1)).Error);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FolderOfTheFormerVersion_OpensWithoutALine(bool stopsCleanly)
    {
        var files = await FillAsync(4, stopsCleanly);
        ToFormerVersion(files);
        for (var start = 0; start < 2; start++)
        {
            var lines = new CollectingLogs();
            await using var logs = Open(files, lines);
            Assert.Empty(lines.At(LogLevel.Error).Concat(lines.At(LogLevel.Warning)));
            Assert.Equal(stopsCleanly || start > 0, logs.WasStoppedCleanly);
            Assert.Equal(4, logs.FindTopic("t")!.Partitions[0].ReadAll().Count);
            Assert.True(logs.OpenStateLog("groups").TryGet("key"u8, out var value));
            Assert.Equal(3, value.Span[0]);
        }
    }

    [Fact]
    public async Task DamagedFiles_OfTwoDamages_AreBothKept()
    {
        var files = await FillAsync(4, stopsCleanly: true);
        for (var round = 1; round <= 2; round++)
        {
            var content = files.Files[Root("state/groups")].Content;
            content[20] ^= 0x11;
            files.Files[Root("state/groups")].Content = content;
            await using (var logs = Open(files, new CollectingLogs()))
            {
                var state = logs.OpenStateLog("groups");
                StateChange[] change = [StateChange.Set("key"u8.ToArray(), new byte[] { 7 })];
                Assert.Equal(ErrorCode.None, await state.WriteAsync(change));
            }

            Assert.Equal(round, files.Files.Keys.Count(path => path.Contains(".damaged", StringComparison.Ordinal)));
        }
    }

    private static string Root(string path) => Path.Combine(TestLog.Root, path);

    private static LogManager Open(MemoryFileSystem files, ILoggerFactory loggers) =>
        TestLog.Open(TestLog.Options(files) with { BootId = BootId }, loggers: loggers);

    /// <summary>Batches of two records each, and a state entry that says which was the last.</summary>
    private static async Task<MemoryFileSystem> FillAsync(int count, bool stopsCleanly, MemoryFileSystem? files = null)
    {
        files ??= new MemoryFileSystem();
        MemoryFileSystem killed;
        await using (var logs = Open(files, new CollectingLogs()))
        {
            var log = await logs.PartitionAsync();
            var state = logs.OpenStateLog("groups");
            for (var i = 0; i < count; i++)
            {
                await log.AppendOkAsync(Some.RecordBatch(2, seed: i));
                StateChange[] change = [StateChange.Set("key"u8.ToArray(), new[] { (byte)i })];
                Assert.Equal(ErrorCode.None, await state.WriteAsync(change));
            }

            killed = files.Kill();
        }

        return stopsCleanly ? files : killed;
    }

    /// <summary>Takes away what the files of before start numbers did not have.</summary>
    private static void ToFormerVersion(MemoryFileSystem files)
    {
        ChecksummedFile.Replace(files, Root("meta"), ChecksummedFile.Read(files, Root("meta")).AsSpan(0, 20));
        files.DeleteFile(Root("meta.copy"));
        if (files.FileExists(Root("clean-shutdown")))
        {
            files.Files[Root("clean-shutdown")].Content = [];
        }

        if (ChecksummedFile.Read(files, Root("checkpoint")) is { } payload)
        {
            var checkpoint = Checkpoint.Parse(payload);
            var (id, _) = checkpoint.Topics.Single();
            var state = checkpoint.Find(id, 0)!;
            var former = new byte[28 + state.Length];
            BinaryPrimitives.WriteInt32BigEndian(former, 1);
            id.TryWriteBytes(former.AsSpan(4), bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(former.AsSpan(24), state.Length);
            state.CopyTo(former, 28);
            ChecksummedFile.Replace(files, Root("checkpoint"), former);
        }

        var path = Root("state/groups");
        var content = files.Files[path].Content;
        var end = (int)CommitMark.FindLast(content, 0).Position;
        files.Files[path].Content =
            [.. Encoding.ASCII.GetBytes("LFQSTAT1"), .. content[StateFileLoader.HeaderSize..end], .. new byte[4096]];
    }
}
