using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

public class DurableFileTests
{
    [Fact]
    public void Replace_ExistingFile_HoldsTheNewContentAndLeavesNoTemporary()
    {
        using var folder = new TempDirectory();
        var path = folder.File("manifest");

        DurableFile.Replace(path, "one"u8);
        DurableFile.Replace(path, "second"u8);

        Assert.Equal("second", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void TryPreallocate_Reserves_ZeroedSpace()
    {
        using var folder = new TempDirectory();
        using var file = File.OpenHandle(folder.File("segment"), FileMode.CreateNew, FileAccess.ReadWrite);

        var isReserved = DurableFile.TryPreallocate(file, 1 << 20);

        DurableFile.SyncData(file);
        Assert.Equal(isReserved ? 1 << 20 : 0, RandomAccess.GetLength(file));
    }

    [Fact]
    public void DirectoryLock_SecondHolder_IsToldWhoHasIt()
    {
        using var folder = new TempDirectory();
        using (DirectoryLock.Acquire(folder.Path))
        {
            var error = Assert.Throws<DirectoryLockedException>(() => DirectoryLock.Acquire(folder.Path));
            Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
            Assert.Contains($"(pid {Environment.ProcessId})", error.Message, StringComparison.Ordinal);
        }

        DirectoryLock.Acquire(folder.Path).Dispose();
    }
}
