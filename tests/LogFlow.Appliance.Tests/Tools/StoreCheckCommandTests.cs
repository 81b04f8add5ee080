namespace LogFlow.Appliance.Tests;

/// <summary><c>logflow store check</c> as a user runs it.</summary>
public sealed class StoreCheckCommandTests
{
    [Fact]
    public async Task NoStore_IsAnErrorThatNamesTheFolder()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var run = await new Toolbox("127.0.0.1:1").RunAsync("store", "check", folder);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains($"{folder} holds no store", run.Notes, StringComparison.Ordinal);
            Directory.CreateDirectory(Path.Combine(folder, "days"));
            run = await new Toolbox("127.0.0.1:1").RunAsync("store", "check", folder);
            Assert.Equal(0, run.ExitCode);
            Assert.Equal("0 segment(s), 0 block(s), 0 document(s), 0 bytes read: all whole\n", run.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
