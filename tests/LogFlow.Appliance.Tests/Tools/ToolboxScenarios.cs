using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Appliance.Tests;

/// <summary>What the tools must do on any broker that speaks Kafka's protocol.</summary>
internal sealed class ToolboxScenarios(string bootstrap)
{
    private readonly Toolbox _tools = new(bootstrap);

    public async Task TopicsLiveAndDieAsync()
    {
        var created = await _tools.OutputOfAsync(
            "topics", "create", "life", "--partitions", "2", "--config", "retention.ms=86400000");
        var again = await _tools.RunAsync("topics", "create", "life");
        await _tools.OutputOfAsync(
            "topics", "alter", "life", "--partitions", "3", "--config", "cleanup.policy=compact", "--delete-config",
            "retention.ms");
        var fewer = await _tools.RunAsync("topics", "alter", "life", "--partitions", "1");
        var unknown = await _tools.RunAsync("topics", "alter", "life", "--config", "no.such.key=1");
        await _tools.ProduceAsync("life", ["k:a", "k:b", "l:c"], "--partition", "1", "-K", ":");
        var text = "";
        await Eventually.TrueAsync(
            async () => (text = await _tools.OutputOfAsync("topics", "describe", "life")).Contains("3 partitions"),
            "Kafka's brokers to know of the third partition");
        var json = JsonNode.Parse(await _tools.OutputOfAsync("topics", "describe", "life", "--json"))!;
        var list = await _tools.OutputOfAsync("topics", "list");

        Assert.Matches("^created life, id [A-Za-z0-9_-]{22}\n$", created);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("exists", again.Notes);
        Assert.Equal(1, fewer.ExitCode);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("  cleanup.policy=compact\n", text);
        Assert.DoesNotContain("retention.ms=", text);
        Assert.Matches(@"\n +1 +\d+ +0 +3 +3\n", text);
        Assert.Equal(created[^23..^1], json["id"]!.GetValue<string>());
        Assert.Equal([0, 3, 0], json["partitions"]!.AsArray().Select(one => one!["records"]!.GetValue<int>()));
        Assert.Matches(@"\nlife +3 +3 +[A-Za-z0-9_-]{22}\n", list);
        Assert.Equal("deleted life\n", await _tools.OutputOfAsync("topics", "delete", "life"));
        Assert.Equal(1, (await _tools.RunAsync("topics", "delete", "life")).ExitCode);
        await Eventually.TrueAsync(
            async () => (await _tools.RunAsync("topics", "describe", "life")).ExitCode == 1,
            "Kafka's brokers to know that the topic is gone");
    }

    public async Task RecordsComeBackAsProducedAsync()
    {
        await _tools.OutputOfAsync("topics", "create", "trip", "--partitions", "1");
        foreach (var compression in new[] { "none", "gzip", "snappy", "lz4", "zstd" })
        {
            await _tools.ProduceAsync(
                "trip", [$"k:{compression}", "no key"], "-K", ":", "-z", compression, "-H", "a=1", "-H", "b=x=y");
        }

        await _tools.ProduceAsync("trip", ["gone:"], "--key-delimiter", ":", "--tombstones");

        var all = await _tools.OutputOfAsync("consume", "trip", "--exit", "--format", "%o|%k|%K|%s|%S|%h;");
        Assert.StartsWith("0|k|1|none|4|a=1,b=x=y;1||-1|no key|6|a=1,b=x=y;2|k|1|gzip|4|", all);
        Assert.Contains("8|k|1|zstd|4|", all);
        Assert.EndsWith(";10|gone|4||-1|;", all);
        Assert.Equal("k=snappy,=no key,", await ConsumeAsync("--from", "4", "--count", "2", "--format", "%k=%s,"));
        Assert.Equal("9,10,", await ConsumeAsync("--from", "-2", "--exit", "--format", "%o,"));
        Assert.Equal("", await ConsumeAsync("--from", "end", "--exit"));
        Assert.Equal("0,", await ConsumeAsync("--from", "1h", "--count", "1", "--format", "%o,"));
        var last = JsonNode.Parse(await ConsumeAsync("--from", "10", "--exit", "--json"))!.AsObject();
        Assert.True(last.ContainsKey("value"));
        Assert.Null(last["value"]);
        Assert.Equal("gone", last["key"]!.GetValue<string>());
        var beyond = await _tools.RunAsync("consume", "trip", "--from", "99", "--exit");
        Assert.Equal((0, ""), (beyond.ExitCode, beyond.Output));
        Assert.Contains("holds 0 to 11", beyond.Notes);
        Assert.Equal(1, (await _tools.RunAsync("consume", "trip", "--partition", "1", "--exit")).ExitCode);
        Assert.DoesNotContain("trip", await GroupsAsync());

        Task<string> ConsumeAsync(params string[] options) => _tools.OutputOfAsync(["consume", "trip", .. options]);
    }

    public Task FollowingEndsWithTheTopicAsync()
    {
        return Task.WhenAll(
            DeleteAsync("all"),
            DeleteAsync("one", "--partition", "1"),
            DeleteAsync("group", "--group", "followers"),
            ShrinkAsync());

        async Task DeleteAsync(string topic, params string[] options)
        {
            await MakeAsync(topic, partitions: 2);
            var run = await _tools.FollowAsync(
                () => _tools.OutputOfAsync("topics", "delete", topic), ["consume", topic, .. options]);

            Assert.Equal((1, "line\n"), (run.ExitCode, run.Output));
            Assert.Contains($"topic '{topic}' was deleted while it was read", run.Notes);
        }

        async Task ShrinkAsync()
        {
            await MakeAsync("shrunk", partitions: 2);
            var run = await _tools.FollowAsync(
                async () =>
                {
                    await _tools.OutputOfAsync("topics", "delete", "shrunk");
                    await MakeAsync("shrunk", partitions: 1);
                },
                "consume", "shrunk", "--partition", "1");

            Assert.Equal((1, "line\n"), (run.ExitCode, run.Output));
            Assert.Contains("topic 'shrunk' has no partition 1: its only one is 0", run.Notes);
        }

        async Task MakeAsync(string topic, int partitions)
        {
            // Kafka's brokers may still know the one before.
            await Eventually.TrueAsync(
                async () => (await _tools.RunAsync(
                    "topics", "create", topic, "--partitions", $"{partitions}")).ExitCode == 0,
                "the topic before to be gone");
            await _tools.ProduceAsync(topic, ["line"], "--partition", $"{partitions - 1}");
        }
    }

    public async Task CommitsForADeletedTopicFailAsync()
    {
        await _tools.OutputOfAsync("topics", "create", "doomed", "--partitions", "1");
        await _tools.ProduceAsync("doomed", ["a"]);
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [bootstrap], ClientId = "worker" }, NullLoggerFactory.Instance);
        await using var member = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "mourners", Topics = ["doomed"] }, NullLoggerFactory.Instance);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var offsets = new Dictionary<TopicPartition, long>();
        using (var batch = await member.PollAsync(deadline.Token))
        {
            offsets[batch.TopicPartition] = batch.NextOffset;
        }

        await _tools.OutputOfAsync("topics", "delete", "doomed");
        KafkaException? error = null;
        await Eventually.TrueAsync(
            async () => (error = await Xunit.Record.ExceptionAsync(
                () => member.CommitAsync(offsets, deadline.Token)) as KafkaException) is not null,
            "the broker to know that the topic is gone");

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, error!.Code);
        Assert.Contains("doomed-0", error.Message);
    }

    public async Task TheEndsOfADeletedTopicAreNotAwaitedAsync()
    {
        await _tools.OutputOfAsync("topics", "create", "anew", "--partitions", "1");
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [bootstrap], ClientId = "worker" }, NullLoggerFactory.Instance);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var topic = await client.GetTopicAsync("anew", allowAutoCreate: false, deadline.Token);
        await CheckAsync();

        await _tools.OutputOfAsync("topics", "delete", "anew");
        await _tools.OutputOfAsync("topics", "create", "anew", "--partitions", "1");
        Exception? error = null;
        await Eventually.TrueAsync(
            async () =>
            {
                // A broker may tell of the old topic, or of none, for a moment: it hears of both from its controller.
                client.InvalidateTopic("anew");
                return (error = await Xunit.Record.ExceptionAsync(CheckAsync)) is not null;
            },
            "the broker to know the new topic");

        Assert.Contains("topic 'anew' was deleted and made anew", Assert.IsType<StartupException>(error).Message);

        Task CheckAsync() => new TopicWatch(client, new ConsumeOptions { Topic = "anew", IsExit = true }, topic)
            .CheckAsync(deadline.Token);
    }

    public async Task GroupsAreReadDescribedAndResetAsync()
    {
        await _tools.OutputOfAsync("topics", "create", "work", "--partitions", "2");
        await _tools.ProduceAsync("work", Enumerable.Range(0, 100).Select(index => $"{index}"), "--partition", "0");
        await _tools.ProduceAsync("work", Enumerable.Range(0, 50).Select(index => $"{index}"), "--partition", "1");
        var all = await ReadAsync();
        Assert.Equal(150, all);
        Assert.Equal(0, await ReadAsync());
        Assert.Contains("crew", await GroupsAsync());
        Assert.Equal("100 0;50 0", await StateAsync());

        var dry = await ResetAsync("--all-topics", "--shift-by", "-10");
        Assert.Contains("dry run", dry.Notes);
        Assert.Equal("100 0;50 0", await StateAsync());
        await ResetAsync("--topic", "work:1", "--to-offset", "45", "--execute");
        Assert.Equal("100 0;45 5", await StateAsync());
        await ResetAsync("--all-topics", "--shift-by", "-60", "--execute");
        Assert.Equal("40 60;0 50", await StateAsync());
        await ResetAsync("--topic", "work", "--to-latest", "--execute");
        Assert.Equal("100 0;50 0", await StateAsync());
        await ResetAsync("--topic", "work", "--by-duration", "PT1H", "--execute");
        Assert.Equal("0 100;0 50", await StateAsync());
        Assert.Equal(150, await ReadAsync());

        Assert.Equal("deleted crew\n", await _tools.OutputOfAsync("groups", "delete", "crew"));
        Assert.Equal(1, (await _tools.RunAsync("groups", "describe", "crew")).ExitCode);

        async Task<int> ReadAsync() =>
            (await _tools.OutputOfAsync("consume", "work", "--group", "crew", "--exit")).Count(sign => sign == '\n');

        Task<string> StateAsync() => PartitionsAsync("crew");

        async Task<ToolRun> ResetAsync(params string[] options)
        {
            var run = await _tools.RunAsync(["groups", "reset-offsets", "crew", .. options]);
            Assert.True(run.ExitCode == 0, run.ToString());
            return run;
        }
    }

    public async Task ActiveGroupsAreNotResetAsync()
    {
        await _tools.OutputOfAsync("topics", "create", "busy", "--partitions", "1");
        await _tools.ProduceAsync("busy", ["a"]);
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [bootstrap], ClientId = "worker" }, NullLoggerFactory.Instance);
        await using var member = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "busy", Topics = ["busy"] }, NullLoggerFactory.Instance);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using (var batch = await member.PollAsync(deadline.Token))
        {
            Assert.Equal(1, batch.Count);
        }

        var text = await _tools.OutputOfAsync("groups", "describe", "busy");
        var reset = await _tools.RunAsync("groups", "reset-offsets", "busy", "--topic", "busy", "--to-latest");
        var delete = await _tools.RunAsync("groups", "delete", "busy");

        Assert.Contains("Stable, type classic, assignor cooperative-sticky, 1 member", text);
        Assert.Matches(@"\n  busy +0 +- +1 +- +worker-\S+ +127\.0\.0\.1\n", text);
        Assert.Equal(1, reset.ExitCode);
        Assert.Contains("active members", reset.Notes);
        Assert.Contains("worker-", reset.Notes);
        Assert.Equal(1, delete.ExitCode);
    }

    /// <summary>KIP-848: DescribeGroups does not know such a group.</summary>
    public async Task GroupsOfTheNewProtocolAreDescribedAsync()
    {
        await _tools.OutputOfAsync("topics", "create", "modern", "--partitions", "1");
        await _tools.ProduceAsync("modern", ["the only record"]);
        await using var consumer = RealServer.StartKafkaTool(
            "console-consumer", "--bootstrap-server", bootstrap, "--topic", "modern", "--group", "g848",
            "--from-beginning", "--consumer-property", "group.protocol=consumer");
        await consumer.WaitForLineAsync("the only record");

        var text = await _tools.OutputOfAsync("groups", "describe", "g848");
        var list = await _tools.OutputOfAsync("groups", "list");
        var reset = await _tools.RunAsync("groups", "reset-offsets", "g848", "--topic", "modern", "--to-latest");

        Assert.Contains("g848  Stable, type consumer, assignor uniform, 1 member", text);
        Assert.Matches(@"\n  modern +0 +\S+ +1 +\S+ +console-consumer/\S+ +127\.0\.0\.1\n", text);
        Assert.Matches(@"\ng848 +consumer +consumer +Stable\n", list);
        Assert.Equal(1, reset.ExitCode);
        Assert.Contains("active members", reset.Notes);
    }

    private async Task<string> GroupsAsync() => (await _tools.RunAsync("groups", "list")).Output;

    /// <summary>Offset and lag of each partition.</summary>
    private async Task<string> PartitionsAsync(string group)
    {
        // A member that has left may be seen for a moment.
        JsonNode? json = null;
        await Eventually.TrueAsync(
            async () =>
            {
                json = JsonNode.Parse(await _tools.OutputOfAsync("groups", "describe", group, "--json"));
                return json!["members"]!.AsArray().Count == 0;
            },
            $"no members in {group}");
        return string.Join(';', json!["partitions"]!.AsArray().Select(one =>
            $"{one!["current"]} {one["lag"]}"));
    }
}
