using System.Runtime.Versioning;
using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

[UnsupportedOSPlatform("windows")]
public class PrivateFilesTests
{
    private const UnixFileMode Others =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.GroupWrite;

    [RequiresFact(Requirement.Linux)]
    public void Acquire_NewFolders_AreClosedToOthers()
    {
        using var folder = new TempDirectory();
        var data = folder.File("above/data");

        using var hold = DirectoryLock.Acquire(data);

        foreach (var path in (string[])[folder.File("above"), data, .. Directory.GetFiles(data)])
        {
            Assert.Equal(default, File.GetUnixFileMode(path) & Others);
        }

        Assert.False(PrivateFiles.IsOpenToOthers(data));
    }

    [RequiresFact(Requirement.Linux)]
    public void Replace_FileThatWasOpenToAll_IsClosed()
    {
        using var folder = new TempDirectory();
        var path = folder.File("state");
        File.WriteAllText(path, "old");
        File.WriteAllText(path + ".tmp", "left by a crash");
        File.SetUnixFileMode(path + ".tmp", (UnixFileMode)0x1FF);

        DurableFile.Replace(path, "new"u8);
        Assert.Equal(default, File.GetUnixFileMode(path) & Others);

        DurableFile.Replace(path, "secret"u8, isSecret: true);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal("secret", File.ReadAllText(path));
    }

    [RequiresFact(Requirement.Linux)]
    public void IsOpenToOthers_FolderThatSomebodyMade_IsSeen()
    {
        using var folder = new TempDirectory();
        var data = folder.File("data");
        Directory.CreateDirectory(data);
        File.SetUnixFileMode(data, File.GetUnixFileMode(data) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        Assert.True(PrivateFiles.IsOpenToOthers(data));
        Assert.False(PrivateFiles.IsOpenToOthers(folder.File("missing")));
    }
}
