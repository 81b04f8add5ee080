using LogFlow.Testing;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>An index whose file is wrong is made anew in one step.</summary>
public sealed class SegmentIndexTests
{
    [Fact]
    public async Task Rebuild_WhileTheIndexIsAskedFor_NeverGivesTheBadFile()
    {
        var files = new MemoryFileSystem();
        await using (var logs = TestLog.Open(files))
        {
            var log = await logs.PartitionAsync();
            for (var i = 0; i < 300; i++)
            {
                await log.AppendOkAsync(Some.RecordBatch(2));
            }
        }

        var path = files.Files.Keys.Single(file => file.EndsWith(LogSegment.LogSuffix, StringComparison.Ordinal));
        var indexPath = path[..^LogSegment.LogSuffix.Length] + LogSegment.IndexSuffix;
        var end = EndOf(files, path);
        var whole = Segment(files, path, end);
        whole.RebuildIndex();
        var right = whole.Index.FindOffset(500);
        Assert.True(right.Position > 0);
        WriteWrongEntry(files, indexPath, (uint)end - 1);
        var segment = Segment(files, path, end);
        Assert.NotEqual(right, segment.Index.FindOffset(500));

        using var begun = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        files.OnOpen = opened =>
        {
            if (opened == path)
            {
                begun.Set();
                mayGoOn.Wait();
            }
        };
        var rebuilding = Task.Run(segment.RebuildIndex);
        begun.Wait();
        IndexEntry found = default;
        var asking = new Thread(() => found = segment.Index.FindOffset(500)) { IsBackground = true };
        asking.Start();

        // It waits for the rebuild, or has its answer: both are to be seen before the rebuild goes on.
        await Eventually.TrueAsync(
            () => asking.ThreadState.HasFlag(ThreadState.WaitSleepJoin)
                || asking.ThreadState.HasFlag(ThreadState.Stopped),
            "the other thread asks");
        mayGoOn.Set();
        await rebuilding;
        asking.Join();

        Assert.Equal(right, found);
        Assert.Equal(right, segment.Index.FindOffset(500));
    }

    private static LogSegment Segment(MemoryFileSystem files, string path, long end) =>
        new(files, Path.GetDirectoryName(path)!, 0, end, isSealed: false);

    /// <summary>Where the batches end; behind them may be room that was reserved.</summary>
    private static long EndOf(MemoryFileSystem files, string path)
    {
        using var scanner = new SegmentScanner(
            Segment(files, path, files.GetFileLength(path)), 0, files.GetFileLength(path), verifiesCrc: true);
        var end = 0L;
        while (scanner.MoveNext())
        {
            end = scanner.Position + scanner.Header.TotalSize;
        }

        return end;
    }

    private static void WriteWrongEntry(MemoryFileSystem files, string path, uint position)
    {
        var bytes = new byte[IndexEntry.Size];
        new IndexEntry(1, position, LogSegment.NoTimestamp).Write(bytes);
        using var file = files.OpenOrCreate(path);
        file.SetLength(0);
        file.Write(bytes, 0);
    }
}
