using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary><c>logflow dump</c> over the files that a <c>logflow up</c> left behind, whole and damaged.</summary>
public class DumpTests
{
    [RequiresFact(Requirement.Linux)]
    public async Task Dump_FilesOfUp_PrintsWhatIsInThem_AndFindsAFlippedByte()
    {
        using var folder = new TempDirectory();
        var log = folder.File("a.log");
        File.WriteAllText(log, string.Concat(Enumerable.Range(0, 50).Select(number => $"line {number}\n")));
        var data = folder.File("data");
        await using (var up = UpProcess.Start(data, log))
        {
            using var api = await UpProcess.ReadyAsync(up, data);
            await Eventually.TrueAsync(async () => await api.TryCountAsync() == 50, $"50 documents\n{up.Output}");
            await up.StopAsync();
        }

        var segment = Single(data, "*.log", path => new FileInfo(path).Length > 0);
        var records = await DumpAsync(0, "--records", segment);
        Assert.Contains(" batch (", records, StringComparison.Ordinal);
        Assert.Contains("\"message\":\"line 49\"", records, StringComparison.Ordinal);
        Assert.Contains("ackedPosition=", await DumpAsync(0, Single(data, "journal.*")), StringComparison.Ordinal);
        Assert.Contains(" block (", await DumpAsync(0, "--deep", Single(data, "*.seg")), StringComparison.Ordinal);
        Assert.Contains(" set key=", await DumpAsync(0, Single(data, "groups")), StringComparison.Ordinal);
        var json = await DumpAsync(0, "--json", Single(data, "checkpoint"));
        Assert.Contains("\"kind\":\"", json, StringComparison.Ordinal);

        Flip(segment, 100);
        Assert.Contains("its checksum does not match", await DumpAsync(1, segment), StringComparison.Ordinal);
        Flip(segment, 16);
        var search = await DumpAsync(1, segment);
        Assert.Contains("no batch begins here", search, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dump_UnknownFile_SaysWhichFormatsThereAre()
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("readme"), "hello");

        Assert.Contains("queue segment", await DumpAsync(2, folder.File("readme")), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", await DumpAsync(1, folder.File("nothing")), StringComparison.Ordinal);
    }

    private static async Task<string> DumpAsync(int exitCode, params string[] arguments)
    {
        await using var dump = await LogFlowProcess.RunAsync("logflow", ["dump", .. arguments]);
        Assert.True(
            exitCode == dump.ExitCode, $"{string.Join(' ', arguments)} exits with {dump.ExitCode}\n{dump.Output}");
        return dump.Output;
    }

    private static string Single(string folder, string pattern, Func<string, bool>? which = null) => Directory
        .EnumerateFiles(folder, pattern, SearchOption.AllDirectories).First(path => which is null || which(path));

    private static void Flip(string path, int position)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[position] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
