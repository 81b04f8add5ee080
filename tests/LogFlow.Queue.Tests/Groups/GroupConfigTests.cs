using LogFlow.Kafka.Protocol;
using Xunit.Abstractions;
using static LogFlow.Queue.Tests.GroupConfigScript;

namespace LogFlow.Queue.Tests;

/// <summary>Configs that groups have of their own.</summary>
public sealed class GroupConfigTests(ITestOutputHelper output)
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Conversation_QueueAndRealKafka_AnswerAlike()
    {
        using var directory = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(
            directory.Path, "group.consumer.heartbeat.interval.ms=6000", "group.consumer.session.timeout.ms=48000");
        await using var queue = await TestQueue.StartAsync(config =>
        {
            config.GroupConsumerHeartbeatIntervalMs = 6000;
            config.GroupConsumerSessionTimeoutMs = 48000;
        });
        var theirs = await ConverseAsync(kafka.Port);
        var ours = await ConverseAsync(queue.Service.Port);
        Transcripts.AssertAlike(theirs, ours, output);
    }

    [Fact]
    public async Task Heartbeat_ConfigsAltered_AreInForceWithTheNextOne()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 2);
        var configs = harness.Groups.Coordinator.Configs;
        Assert.Equal(5_000, (await harness.JoinAsync("a")).HeartbeatIntervalMs);
        Assert.Equal(ErrorCode.None, await configs.SetAsync(GroupHarness.GroupId, new Dictionary<string, string>
        {
            [Heartbeat] = "7000",
            [Session] = " 50000",
        }));

        // The session that has begun ends as it was told: only the next heartbeat begins a longer one.
        Assert.Equal(7_000, (await harness.BeatAsync("a", 1)).HeartbeatIntervalMs);
        harness.Groups.Time.AdvanceMs(49_999);
        Assert.Equal(ErrorCode.None, (await harness.BeatAsync("a", 1)).Error);
        harness.Restart();
        harness.Groups.Time.AdvanceMs(49_999);
        Assert.Equal(7_000, (await harness.BeatAsync("a", 1)).HeartbeatIntervalMs);
        harness.Groups.Time.AdvanceMs(50_002);
        Assert.Equal(ErrorCode.UnknownMemberId, (await harness.BeatAsync("a", 1)).Error);

        await harness.JoinAsync("a");
        await harness.Groups.Coordinator.Configs.SetAsync(GroupHarness.GroupId, new Dictionary<string, string>());
        var epoch = harness.Described.GroupEpoch;
        Assert.Equal(5_000, (await harness.BeatAsync("a", epoch)).HeartbeatIntervalMs);
        harness.Groups.Time.AdvanceMs(45_002);
        Assert.Equal(ErrorCode.UnknownMemberId, (await harness.BeatAsync("a", epoch)).Error);
    }

    [Fact]
    public async Task Set_TheDiskRefuses_ChangesNothing()
    {
        using var harness = new ConsumerGroupHarness();
        var configs = harness.Groups.Coordinator.Configs;
        harness.Store.Fails = true;
        Assert.NotEqual(ErrorCode.None, await configs.SetAsync("g", new Dictionary<string, string>
        {
            [Session] = "50000",
        }));
        Assert.Same(GroupConfig.Empty, configs.Find("g"));
        Assert.Empty(configs.GroupIds);
    }

    [Fact]
    public async Task Configs_GroupDeletedAndQueueRestarted_Stay()
    {
        using var directory = new TempDirectory();
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            var script = new GroupConfigScript(client);
            await script.AlterAsync("g", false, (Set, Session, "50000"));
            await script.AlterAsync("gone", false, (Set, Session, "50000"));
            await script.AlterAsync("gone", false, (Delete, Session, null));
            using var group = await ConsumerGroupScript.ConnectAsync(queue.Service.Port);
            await group.CreateTopicAsync("t", 1);
            await group.JoinAsync("a", "t");
            await group.BeatAsync("a", ConsumerHeartbeatInput.LeaveEpoch);
            await group.DeleteAsync();
            Assert.Equal("delete -> None", group.Transcript[^1]);
        }

        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            var script = new GroupConfigScript(client);
            await script.ListAsync(1, ConfigResources.Group);
            Assert.Equal("list v1 32 -> None 32:g", script.Transcript[^1]);
            await script.DescribeAsync("g", hasSynonyms: false, Session);
            Assert.StartsWith($"  {Session}=50000 source=8", script.Transcript[^1], StringComparison.Ordinal);
        }
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task ConfigsTool_QueueKilledMeanwhile_AltersDescribesAndDeletes()
    {
        using var directory = new TempDirectory();
        await using var queue = await QueueProcess.StartAsync(directory.Path);
        Assert.Contains("doesn't exist and doesn't have dynamic config", await RunAsync("--describe"));
        await RunAsync("--alter", "--add-config", $"{Session}=50000,{Heartbeat}=6000");
        await queue.KillAsync();
        await queue.StartAgainAsync();
        var described = await RunAsync("--describe");
        Assert.Contains($"{Session}=50000 sensitive=false synonyms={{DYNAMIC_GROUP_CONFIG:{Session}=50000", described);
        Assert.Contains($"{Heartbeat}=6000", described);
        await RunAsync("--alter", "--delete-config", Heartbeat);
        Assert.DoesNotContain(Heartbeat, await RunAsync("--describe"));
        Assert.Contains($"{Heartbeat}=5000", await RunAsync("--describe", "--all"));

        Task<string> RunAsync(params string[] arguments) => KafkaTool.RunAsync(
            "configs",
            ["--bootstrap-server", queue.Bootstrap, "--entity-type", "groups", "--entity-name", "g", .. arguments]);
    }

    private static async Task<List<string>> ConverseAsync(int port)
    {
        using var connection = await ConsumerGroupScript.ConnectAsync(port);
        using var client = await RawClient.ConnectAsync(port);
        var script = new GroupConfigScript(client);
        await script.ListAsync(0);
        await script.ListAsync(1, ConfigResources.Group);
        await script.ListAsync(1, 3);
        await script.DescribeAsync("g");
        await script.DescribeAsync("");
        await script.AlterAsync("g", false, (Set, Session, "50000"));
        await EventuallyAsync(script, "g", "=50000");
        await script.ListAsync(1, ConfigResources.Group);
        await script.ListAsync(1, ConfigResources.Group, ConfigResources.ClientMetrics, ConfigResources.Group);
        await script.DescribeAsync("g", hasSynonyms: false, Session, "nonsense");
        await script.AlterAsync("g", true, (Set, Heartbeat, "7000"));
        await script.AlterAsync("g", false, (Set, Session, "44999"));
        await script.AlterAsync("g", false, (Set, Session, "60001"));
        await script.AlterAsync("g", false, (Set, Heartbeat, "4999"));
        await script.AlterAsync("g", false, (Set, Heartbeat, "15001"));
        await script.AlterAsync("g", false, (Set, Heartbeat, "0"));
        await script.AlterAsync("g", false, (Set, Heartbeat, "often"));
        await script.AlterAsync("g", false, (Set, Heartbeat, ""));
        await script.AlterAsync("g", false, (Set, "retention.ms", "1"));
        await script.AlterAsync("g", false, (Set, Session, null));
        await script.AlterAsync("g", false, (Append, Session, "50000"));
        await script.AlterAsync("", false, (Set, Session, "50000"));
        await script.AlterAsync("g", false, (Delete, "nonsense", null));
        await script.AlterAsync("g", false, (Set, Session, "51000"), (Set, Session, "52000"));
        await script.AlterAsync("g", false, (Set, Heartbeat, "7000"), (Delete, Session, null));
        await EventuallyAsync(script, "g", "=7000");
        await script.ReplaceAsync("g", (Session, "55000"));
        await EventuallyAsync(script, "g", "=55000");
        await script.ReplaceAsync("g", (Session, "1"));
        await script.ReplaceAsync("g", (Session, null));
        await script.ReplaceAsync("g", ("nonsense", "1"));
        await script.ReplaceAsync("g");
        await EventuallyAsync(script, "g", "=48000");
        return script.Transcript;
    }

    /// <summary>Kafka's brokers learn of a change a moment after it was answered.</summary>
    private static async Task EventuallyAsync(GroupConfigScript script, string group, string expected)
    {
        var before = script.Transcript.Count;
        await Eventually.TrueAsync(
            async () =>
            {
                script.Transcript.RemoveRange(before, script.Transcript.Count - before);
                await script.DescribeAsync(group);
                return script.Transcript.Skip(before).Any(line => line.Contains(expected, StringComparison.Ordinal));
            },
            $"{group} with {expected}");
    }
}
