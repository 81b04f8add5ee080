using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

public sealed class AgentServiceTests
{
    [Fact]
    public async Task File_ExistingLines_AreSentInOrderAsEcsEvents()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.Tags = ["global"];
            config.Fields["service.name"] = "shop";
            config.Inputs[0].Tags = ["web"];
        });
        harness.Append("a.log", "first\nsecond \"quoted\"\\\nthird\n");
        await harness.StartAsync();
        await harness.FinishAsync(3);
        var records = harness.Queue.Records();
        Assert.Equal(["first", "second \"quoted\"\\", "third"], records.Select(record => record.Message));
        Assert.Equal([0L, 6, 23], records.Select(record => record.Offset));
        Assert.Single(records.Select(record => record.Key).Distinct());
        var json = records[1].Event;
        Assert.Equal(harness.PathOf("a.log"), records[1].Path);
        Assert.Equal("test-host", json.GetProperty("host").GetProperty("name").GetString());
        Assert.Equal("filestream", json.GetProperty("input").GetProperty("type").GetString());
        Assert.Equal("8.0.0", json.GetProperty("ecs").GetProperty("version").GetString());
        Assert.Equal(["global", "web"], json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        var fields = json.GetProperty("fields");
        Assert.Equal("shop", fields.GetProperty("service").GetProperty("name").GetString());
        var agent = json.GetProperty("agent");
        Assert.True(Guid.TryParse(agent.GetProperty("id").GetString(), out _));
        Assert.True(Guid.TryParse(agent.GetProperty("ephemeral_id").GetString(), out _));
        var timestamp = json.GetProperty("@timestamp").GetDateTimeOffset();
        Assert.True(timestamp <= DateTimeOffset.UtcNow && timestamp > DateTimeOffset.UtcNow.AddMinutes(-10));
    }

    [Fact]
    public async Task File_AppendedLine_IsSent()
    {
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        harness.Append("a.log", "one\n");
        await harness.HasAsync(1);
        harness.Append("a.log", "two\n");
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task Status_AfterEverythingIsAcknowledged_NothingIsBehind()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 10_000);
        await harness.StartAsync();
        await harness.HasAsync(10_000);
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus() is { BytesBehind: 0, LinesAcknowledged: 10_000, BytesInMemory: 0 },
            "nothing behind");
        var status = harness.Agent.GetStatus()!;
        Assert.Equal(10_000, status.LinesRead);
        Assert.Equal(1, status.FilesWatched);
        Assert.True(harness.Agent.CheckHealth().IsReady);
    }

    [Fact]
    public async Task Restart_NothingNew_NothingIsSentAgain()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 1000);
        await harness.StartAsync();
        await harness.HasAsync(1000);
        await harness.StopAsync();
        await harness.StartAsync();
        harness.Append("a.log", "last\n");
        await harness.FinishAsync(1001);
    }

    [Fact]
    public async Task DataFolder_InUse_NamesTheKey()
    {
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        var second = new AgentService(
            harness.Config(),
            harness.Loggers, null!, TimeProvider.System);
        var error = await Assert.ThrowsAsync<Hosting.StartupException>(() => second.StartAsync(default));
        Assert.Contains("path.data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_EndsWhenFilesAreReadAndAcknowledged()
    {
        await using var harness = new AgentHarness(static config => config.Once = true);
        harness.AppendLines("a.log", 0, 1000);
        harness.Append("b.log", "whole\nwithout end");
        harness.Queue.Block();
        await harness.StartAsync();
        Assert.False(harness.Agent.Completion.IsCompleted);
        harness.Queue.Unblock();
        await harness.Agent.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1001, harness.Queue.Count);
        await harness.FinishAsync(1001);
    }

    /// <summary>Files that were named hold no inputs yet.</summary>
    [Fact]
    public async Task Agent_WithoutInputs_IsReadyAndStops()
    {
        await using var harness = new AgentHarness(static config => (config.Inputs, config.MayBeIdle) = ([], true));
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.CheckHealth().IsReady, "ready");
        Assert.Equal(0, harness.Agent.GetStatus()!.FilesWatched);
        await harness.StopAsync();
    }

    [Fact]
    public async Task Queue_NotThereAtFirst_IsWaitedFor()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 100);
        harness.Queue.Block();
        await harness.StartAsync();
        Assert.False(harness.Agent.CheckHealth().IsReady);
        harness.Queue.Unblock();
        await harness.FinishAsync(100);
        Assert.Equal(0, harness.Loggers.Count(LogLevel.Error, ""));
    }
}
