using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

public class StateLogTests
{
    private const string FilePath = TestLog.Root + "/state/offsets";

    [Fact]
    public async Task Write_ThenRestart_HoldsTheLastValues()
    {
        var files = new MemoryFileSystem();
        var logs = TestLog.Open(files);
        var state = logs.OpenStateLog("offsets");
        await SetAsync(state, ("a", "1"), ("b", "2"));
        await SetAsync(state, ("a", "3"), ("b", null), ("c", ""));
        Assert.Equal(2, state.Count);
        var crashed = files.Crash(new Random(1));
        await logs.DisposeAsync();
        foreach (var disk in new[] { files, crashed })
        {
            await using var again = TestLog.Open(disk);
            Assert.Equal("a=3 c=", Content(again.OpenStateLog("offsets")));
        }
    }

    [Fact]
    public async Task RandomWritesAndCrashes_AgreeWithAModel()
    {
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            var files = new MemoryFileSystem();
            var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var life = 0; life < 4; life++)
            {
                var logs = TestLog.Open(files);
                var state = logs.OpenStateLog("offsets");
                Assert.Equal((seed, Content(model)), (seed, Content(state)));
                for (var i = random.Next(60); i > 0; i--)
                {
                    var changes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (
                        Key: $"k{random.Next(20)}",
                        Value: random.Next(4) == 0
                            ? null
                            : new string('v', random.Next(1 << random.Next(1, 17))))).ToArray();
                    await SetAsync(state, changes);
                    foreach (var (key, value) in changes)
                    {
                        model.Remove(key);
                        if (value is not null)
                        {
                            model.Add(key, value);
                        }
                    }
                }

                files = random.Next(2) == 0 ? files.Crash(random) : files.Kill();
                await logs.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task TornTail_CutAtEveryByte_KeepsTheChangesBefore()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files);
        var state = logs.OpenStateLog("offsets");
        await SetAsync(state, ("a", "1"));
        var start = End(files);
        await SetAsync(state, ("a", "2"), ("b", "2"));
        for (var cut = start; cut < End(files); cut++)
        {
            var torn = files.Kill();
            var content = torn.Files[FilePath].Content;
            content.AsSpan(cut).Clear();
            torn.Files[FilePath].Content = content;
            await using var again = TestLog.Open(torn);
            state = again.OpenStateLog("offsets");
            Assert.Equal("a=1", Content(state));
            await SetAsync(state, ("c", "3"));
        }
    }

    [Fact]
    public async Task DamageInTheMiddle_KeepsTheChangesAroundIt()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files);
        var state = logs.OpenStateLog("offsets");
        await SetAsync(state, ("a", "1"));
        var start = End(files);
        await SetAsync(state, ("b", "2"));
        var end = End(files);
        await SetAsync(state, ("c", "3"));
        for (var position = start; position < end; position++)
        {
            var damaged = files.Kill();
            var content = damaged.Files[FilePath].Content;
            content[position] ^= 0x24;
            damaged.Files[FilePath].Content = content;
            await using var again = TestLog.Open(damaged);
            Assert.Equal("a=1 c=3", Content(again.OpenStateLog("offsets")));
            Assert.True(damaged.FileExists(FilePath + ".damaged"));
        }
    }

    [Fact]
    public async Task ManyOverwrites_AreCompacted()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files);
        var state = logs.OpenStateLog("offsets");
        for (var i = 0; i < 300; i++)
        {
            await SetAsync(state, ("a", new string('x', 10_000)), ($"k{i % 3}", $"{i}"));
        }

        Assert.InRange(files.Files[FilePath].Length, 1, 2_000_000);
        Assert.Equal(4, state.Count);
    }

    [Fact]
    public async Task FailedSync_RefusesThisAndAllLaterChanges()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files);
        var state = logs.OpenStateLog("offsets");
        await SetAsync(state, ("a", "1"));
        files.OnSync = path => throw new IOException("I/O error", 5);
        StateChange[] change = [new("a"u8.ToArray(), "2"u8.ToArray())];
        Assert.Equal(ErrorCode.KafkaStorageError, await state.WriteAsync(change));
        files.OnSync = null;
        Assert.Equal(ErrorCode.KafkaStorageError, await state.WriteAsync(change));
        Assert.Equal("a=1", Content(state));
        Assert.True(state.IsOffline);
    }

    /// <summary>Where the last group's mark stands.</summary>
    private static int End(MemoryFileSystem files) =>
        (int)CommitMark.FindLast(files.Files[FilePath].Content, 0).Position;

    private static async Task SetAsync(StateLog state, params (string Key, string? Value)[] changes)
    {
        var encoded = Array.ConvertAll(changes, change => change.Value is null
            ? StateChange.Remove(Encoding.UTF8.GetBytes(change.Key))
            : StateChange.Set(Encoding.UTF8.GetBytes(change.Key), Encoding.UTF8.GetBytes(change.Value)));
        Assert.Equal(ErrorCode.None, await state.WriteAsync(encoded));
    }

    private static string Content(StateLog state) => Content(new SortedDictionary<string, string>(
        state.GetEntries().ToDictionary(
            entry => Encoding.UTF8.GetString(entry.Key.Span), entry => Encoding.UTF8.GetString(entry.Value.Span)),
        StringComparer.Ordinal));

    private static string Content(SortedDictionary<string, string> entries) =>
        string.Join(' ', entries.Select(entry => $"{entry.Key}={entry.Value}"));
}
