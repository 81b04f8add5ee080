using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary><c>logflow store check</c> as a user runs it.</summary>
public sealed class StoreCheckCommandTests
{
    [Fact]
    public async Task NoStore_IsAnErrorThatNamesTheFolder()
    {
        using var folder = new TempDirectory();
        var error = await Assert.ThrowsAsync<StartupException>(() => CheckAsync(folder.Path));
        Assert.Contains($"{folder.Path} holds no store", error.Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("days"));
        Assert.Equal(
            (0, "0 segment(s), 0 block(s), 0 document(s), 0 bytes read: all whole\n"), await CheckAsync(folder.Path));
    }

    private static async Task<(int ExitCode, string Output)> CheckAsync(string folder)
    {
        var output = new StringWriter { NewLine = "\n" };
        var exitCode = await ApplianceCommandLine.Build(new ToolOptions()).Parse(["store", "check", folder])
            .InvokeAsync(new() { Output = output, Error = output, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString());
    }
}
