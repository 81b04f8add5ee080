using System.Globalization;
using System.Security.Cryptography;
using LogFlow.Platform;

namespace LogFlow.Agent.Tests;

/// <summary>A Filebeat read these files before: nothing is sent twice, nothing is skipped.</summary>
public sealed class TakeOverTests
{
    [Theory]
    [InlineData("log")]
    [InlineData("filestream")]
    public async Task Native_InSnapshotAndLog_GoesOnWhereFilebeatEnded(string type)
    {
        await using var harness = new AgentHarness(config => config.Inputs[0].Type = type);
        harness.Append("a.log", "a 1\na 2\na 3\n");
        harness.Append("b.log", "b 1\nb 2\n");
        harness.Append("new.log", "new 1\n");
        var folder = Registry(harness);

        // The log is newer than the snapshot, its older entries are in it already, and its end is torn.
        File.WriteAllText(
            Path.Combine(folder, "7.json"),
            $"[{Entry(harness, type, "a.log", 4, "_key")},{Entry(harness, type, "b.log", 8, "_key")}]");
        File.WriteAllText(Path.Combine(folder, "log.json"), string.Join('\n',
            "{\"op\":\"set\",\"id\":7}", Set(harness, type, "a.log", 0),
            "{\"op\":\"set\",\"id\":8}", Set(harness, type, "a.log", 8),
            "{\"op\":\"set\",\"id\":9}", Set(harness, type, "a.log", 12)[..30]));
        await harness.StartAsync();
        harness.Append("b.log", "b 3\n");
        await harness.FinishAsync(3);
        Assert.Equal(
            ["a 3", "b 3", "new 1"],
            harness.Queue.Records().Select(static record => record.Message).Order(StringComparer.Ordinal));
        await harness.StartAsync();
        harness.Append("a.log", "a 4\n");
        await harness.FinishAsync(4);
    }

    [Fact]
    public async Task LogStates_OfAFilestream_NeedTakeOver()
    {
        await using var harness = new AgentHarness();
        harness.Append("a.log", "a 1\na 2\n");
        File.WriteAllText(Path.Combine(Registry(harness), "1.json"), $"[{Entry(harness, "log", "a.log", 4, "_key")}]");
        await harness.StartAsync();
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task LogStates_WithTakeOver_GoOn()
    {
        await using var harness = new AgentHarness(static config => config.Inputs[0].TakesOver = true);
        harness.Append("a.log", "a 1\na 2\n");
        File.WriteAllText(Path.Combine(Registry(harness), "1.json"), $"[{Entry(harness, "log", "a.log", 4, "_key")}]");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal("a 2", harness.Queue.Records().Single().Message);
    }

    [Fact]
    public async Task Fingerprint_OfARenamedFile_GoesOn()
    {
        await using var harness = new AgentHarness();
        var text = new string('x', 1500) + "\n";
        harness.Append("a.log", text + "last\n");
        var hash = Convert.ToHexStringLower(
            SHA256.HashData(File.ReadAllBytes(harness.PathOf("a.log")).AsSpan(0, 1024)));
        File.WriteAllText(Path.Combine(Registry(harness), "log.json"), string.Join('\n',
            "{\"op\":\"set\",\"id\":1}",
            $"{{\"k\":\"filestream::test::fingerprint::{hash}\",\"v\":{{\"cursor\":{{\"offset\":{text.Length}}}}}}}"));
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal("last", harness.Queue.Records().Single().Message);
    }

    [Fact]
    public async Task Truncated_ReusedAndOthersInputs_AreReadFromTheirBeginning()
    {
        await using var harness = new AgentHarness();
        harness.Append("short.log", "s\n");
        harness.Append("reused.log", "r\n");
        harness.Append("other.log", "o\n");
        var folder = Registry(harness);
        File.WriteAllText(
            Path.Combine(folder, "1.json"),
            $"[{Entry(harness, "filestream", "short.log", 100, "_key")},"
            + $"{Entry(harness, "filestream", "reused.log", 2, "_key", updated: 1_000_000)},"
            + $"{Entry(harness, "filestream", "other.log", 2, "_key", id: "another")}]");
        await harness.StartAsync();
        await harness.FinishAsync(3);
    }

    [Fact]
    public async Task Registry_DamagedAfterTheFirstStart_IsNotNeeded()
    {
        await using var harness = new AgentHarness();
        harness.Append("a.log", "a 1\na 2\n");
        var snapshot = Path.Combine(Registry(harness), "1.json");
        File.WriteAllText(snapshot, $"[{Entry(harness, "filestream", "a.log", 4, "_key")}]");
        await harness.StartAsync();
        await harness.FinishAsync(1);

        File.WriteAllText(snapshot, "[{");
        await harness.StartAsync();
        harness.Append("a.log", "a 3\n");
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task Registry_Damaged_DoesNotStart()
    {
        await using var harness = new AgentHarness();
        File.WriteAllText(Path.Combine(Registry(harness), "1.json"), "[{");
        var error = await Assert.ThrowsAsync<Hosting.StartupException>(() => harness.StartAsync());
        Assert.Contains("sent from its beginning", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OldFile_OfStates_IsRead()
    {
        using var folder = new Testing.TempDirectory();
        File.WriteAllText(folder.File("registry"), """
            [{"source":"/a","offset":7,"timestamp":"2019-01-01T00:00:00Z","ttl":-1,"type":"log",
              "FileStateOS":{"inode":5,"device":2049}}]
            """);
        var state = Assert.Single(FilebeatRegistry.Read(FilebeatRegistry.Find(folder.Path)!));
        Assert.Equal(("native::5-2049", 7, null), (state.Identity, state.Offset, state.InputId));
    }

    private static string Registry(AgentHarness harness)
    {
        var folder = Path.Combine(harness.Data, "registry", "filebeat");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "meta.json"), "{\"version\":\"1\"}");
        return folder;
    }

    private static string Set(AgentHarness harness, string type, string name, long offset) =>
        $"{{\"k\":\"{Key(harness, type, name, "test")}\",\"v\":{{{Value(harness, type, name, offset, null)}}}}}";

    private static string Entry(
        AgentHarness harness, string type, string name, long offset, string key, long? updated = null,
        string id = "test") =>
        $"{{\"{key}\":\"{Key(harness, type, name, id)}\",{Value(harness, type, name, offset, updated)}}}";

    private static string Key(AgentHarness harness, string type, string name, string id) =>
        (type == "log" ? "filebeat::logs::" : $"filestream::{id}::") + Identity(harness, name);

    private static string Identity(AgentHarness harness, string name)
    {
        Assert.True(FileStatus.TryGet(harness.PathOf(name), followSymlinks: false, out var status, out _));
        return FilebeatPositions.NativeOf(FileIdentity.Of(status));
    }

    private static string Value(AgentHarness harness, string type, string name, long offset, long? updated)
    {
        var at = updated ?? DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var parts = Identity(harness, name)["native::".Length..].Split('-');
        return type == "log"
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"\"source\":\"{harness.PathOf(name)}\",\"offset\":{offset},\"timestamp\":[0,{at}],\"ttl\":-1,")
                + $"\"FileStateOS\":{{\"inode\":{parts[0]},\"device\":{parts[1]}}}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"\"ttl\":-1,\"updated\":[0,{at}],\"cursor\":{{\"offset\":{offset},\"eof\":false}},")
                + $"\"meta\":{{\"source\":\"{harness.PathOf(name)}\",\"identifier_name\":\"native\"}}";
    }
}
