using System.Text.Json;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>output.file, output.console and output.redis.</summary>
public sealed class OtherOutputTests
{
    [Fact]
    public async Task File_HoldsEachEventOnALine_AndRotates()
    {
        using var folder = new TempDirectory();
        await using var harness = new AgentHarness(config => config.File = new FileOutputConfig
        {
            Path = folder.File("out"),
            FileName = "shipped",
            RotateEveryKb = 50,
            NumberOfFiles = 100,
        });
        for (var part = 0; part < 5; part++)
        {
            harness.AppendLines("a.log", part * 100, 100);
            await (part == 0 ? harness.StartAsync() : Task.CompletedTask);
            var expected = (part + 1) * 100;
            await Eventually.TrueAsync(
                () => harness.Agent.GetStatus()!.LinesAcknowledged == expected, $"{expected} acknowledged");
        }

        await harness.StopAsync();

        var files = Directory.GetFiles(folder.File("out"), "shipped-*.ndjson");
        Assert.True(files.Length > 1);
        var events = files.SelectMany(File.ReadLines).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            Lines("a.log", 500),
            events.OrderBy(each => each.GetProperty("log").GetProperty("offset").GetInt64())
                .Select(each => each.GetProperty("message").GetString()!));
        Assert.Equal("shipped", events[0].GetProperty("@metadata").GetProperty("beat").GetString());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files[0]));
        }
    }

    [Fact]
    public async Task File_WhoseFolderCannotBeMade_IsTriedAgain()
    {
        using var folder = new TempDirectory();
        var path = folder.File("out");
        await File.WriteAllTextAsync(path, "in the way");
        await using var harness = new AgentHarness(config => config.File = new FileOutputConfig
        {
            Path = path,
            Codec = new TextCodecConfig { Format = "%{[message]}|%{[none]}" },
        });
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Warning, "does not take lines at present") > 0, "a warning");
        File.Delete(path);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesAcknowledged == 10, "all acknowledged");
        await harness.StopAsync();

        Assert.Equal(
            Lines("a.log", 10).Select(line => line + "|"), File.ReadLines(Assert.Single(Directory.GetFiles(path))));
    }

    [Fact]
    public async Task Console_GetsEachEventOnALine()
    {
        using var folder = new TempDirectory();
        await using var agent = new AgentProcess(folder, """
            output.console:
              codec.format.string: "seen: %{[message]}"
            """);
        agent.AppendLines("a.log", 0, 3);
        await agent.StartAsync();
        await Eventually.TrueAsync(
            () => agent.Output.Contains("seen: a.log line 2", StringComparison.Ordinal), "the last line");
        await agent.StopAsync();
        Assert.Contains("seen: a.log line 0\nseen: a.log line 1\nseen: a.log line 2\n", agent.Output);
    }

    [Fact]
    public async Task Redis_GetsListsInOrder_ThroughErrorsAndBrokenConnections()
    {
        await using var server = new FakeRedisServer
        {
            OnPush = number => number switch { 1 => "OOM command not allowed", 2 => "", _ => null },
        };
        await using var harness = Redis(server, config =>
        {
            config.Password = "secret";
            config.Username = "agent";
            config.Database = 3;
            config.Key = "logs-%{[fields.app]}";
            config.Keys =
            [
                new OutputRuleConfig
                {
                    Key = "sevens",
                    When = Conditions.Of("regexp", "message", "7$"),
                },
            ];
        });
        harness.AppendLines("a.log", 0, 100);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesAcknowledged == 100, "all acknowledged");
        await harness.StopAsync();

        Assert.Contains("AUTH agent secret", server.Commands);
        Assert.Contains("SELECT 3", server.Commands);
        Assert.Equal(Lines("a.log", 100).Where(line => line.EndsWith('7')), Messages(server, "sevens"));
        Assert.Equal(Lines("a.log", 100).Where(line => !line.EndsWith('7')), Messages(server, "logs-shop"));
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, "OOM command not allowed"));
    }

    [Fact]
    public async Task Redis_PublishesOnAChannel()
    {
        await using var server = new FakeRedisServer();
        await using var harness = Redis(server, config => config.DataType = "channel");
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesAcknowledged == 10, "all acknowledged");
        await harness.StopAsync();

        Assert.Equal(Lines("a.log", 10), Messages(server, "filebeat"));
        Assert.Equal(10, server.Commands.Count(command => command == "PUBLISH filebeat"));
    }

    private static AgentHarness Redis(FakeRedisServer server, Action<RedisOutputConfig> configure) => new(config =>
    {
        config.Redis = new RedisOutputConfig
        {
            Hosts = [server.Address],
            BackoffInit = TimeSpan.FromMilliseconds(10),
            BackoffMax = TimeSpan.FromMilliseconds(50),
        };
        configure(config.Redis);
        config.Inputs[0].Fields = new() { ["app"] = "shop" };
        Assert.Empty(config.Redis.Validate());
    });

    private static IEnumerable<string> Messages(FakeRedisServer server, string key) =>
        server.Lists[key].Select(value => JsonDocument.Parse(value).RootElement.GetProperty("message").GetString()!);

    private static IEnumerable<string> Lines(string name, int count) =>
        Enumerable.Range(0, count).Select(number => $"{name} line {number}");
}
