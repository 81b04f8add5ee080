using System.Collections.Concurrent;
using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

public sealed class DirectoryWatcherTests
{
    [Fact]
    public async Task TwoNamesOfOneDirectory_ChangesAreToldUnderBoth_UntilOneIsUnwatched()
    {
        using var folder = new TempDirectory();
        var real = folder.File("real");
        var link = folder.File("link");
        Directory.CreateDirectory(real);
        Directory.CreateSymbolicLink(link, real);
        var changes = new ConcurrentQueue<DirectoryChange>();
        using var watcher = DirectoryWatcher.TryCreate(changes.Enqueue);
        Assert.NotNull(watcher);
        Assert.True(watcher.Watch(real));
        Assert.True(watcher.Watch(link));
        File.WriteAllText(Path.Combine(real, "a"), "");
        await Eventually.TrueAsync(
            () => changes.Contains(new DirectoryChange(real, "a", DirectoryChangeKind.Appeared))
                && changes.Contains(new DirectoryChange(link, "a", DirectoryChangeKind.Appeared)),
            "told under both names");
        watcher.Unwatch(link);
        File.Delete(Path.Combine(real, "a"));
        await Eventually.TrueAsync(
            () => changes.Contains(new DirectoryChange(real, "a", DirectoryChangeKind.Vanished)),
            "told under the other name");
        Assert.DoesNotContain(new DirectoryChange(link, "a", DirectoryChangeKind.Vanished), changes);
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xE9, 0x62 }, "a\\xE9b")]
    [InlineData(new byte[] { 0xC3, 0xA9, 0xC3 }, "é\\xC3")]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98, 0x80, 0xFF }, "😀\\xFF")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "\\xED\\xA0\\x80")]
    [InlineData(new byte[] { 0x61, 0x62 }, "ab")]
    public void RawPath_AnyBytes_ComeBack(byte[] name, string shown)
    {
        var path = RawPath.Decode(name);
        Assert.Equal(name, RawPath.Encode(path));
        Assert.Equal(shown, RawPath.Display(path));
    }

    [Fact]
    public void FileWriters_NobodyOrSomebody_IsTold()
    {
        using var folder = new TempDirectory();
        var path = folder.File("a");
        File.WriteAllText(path, "x");
        using var reader = SharedFile.OpenRead(path);
        Assert.False(FileWriters.MayExist(reader));
        using (new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            Assert.True(FileWriters.MayExist(reader));
        }

        Assert.False(FileWriters.MayExist(reader));
    }
}
