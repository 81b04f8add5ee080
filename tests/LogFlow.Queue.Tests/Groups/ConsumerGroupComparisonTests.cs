using LogFlow.Kafka.Protocol;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>One conversation of the new group protocol with the queue and a real Kafka: the same answers.</summary>
public sealed class ConsumerGroupComparisonTests(ITestOutputHelper output)
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Conversation_QueueAndRealKafka_AnswerAlike()
    {
        using var directory = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(
            directory.Path, "group.consumer.migration.policy=disabled", "group.initial.rebalance.delay.ms=0");
        await using var queue = await TestQueue.StartAsync(
            config => config.GroupConsumerMigrationPolicy = "disabled");
        var theirs = await RunAsync(kafka.Port);
        var ours = await RunAsync(queue.Service.Port);
        Transcripts.AssertAlike(theirs, ours, output);
    }

    private static async Task<List<string>> RunAsync(int port)
    {
        using var script = await ConsumerGroupScript.ConnectAsync(port);
        await script.CreateTopicAsync("t", 6);
        await script.CreateTopicAsync("u", 3);
        await BadRequestsAsync(script);
        await OneMemberAsync(script);
        await HandOverAsync(script);
        await StaticMembersAsync(script);
        await AssignorsAsync(script);
        await PatternsAsync(script);
        await ConversionAsync(script);
        return script.Transcript;
    }

    private static async Task BadRequestsAsync(ConsumerGroupScript script)
    {
        script.Note("bad requests");
        script.GroupId = "bad";
        await script.DescribeAsync();
        await script.BeatAsync("", 0, "t", owned: "", rebalanceMs: 1000);
        await script.BeatAsync("a", 0, "t", owned: "");
        await script.BeatAsync("a", 0, "t", rebalanceMs: 1000);
        await script.BeatAsync("a", 0, "t", owned: "t:1", rebalanceMs: 1000);
        await script.BeatAsync("a", 0, owned: "", rebalanceMs: 1000);
        await script.BeatAsync("a", 0, owned: "", rebalanceMs: 1000, version: 0);
        await script.BeatAsync("a", 0, "t", owned: "", rebalanceMs: 1000, instance: "");
        await script.BeatAsync("a", 0, "t", owned: "", rebalanceMs: 1000, rack: "");
        await script.BeatAsync("a", 0, "t", owned: "", rebalanceMs: 1000, assignor: "fancy");
        await script.BeatAsync("a", 0, "t", owned: "", rebalanceMs: 1000, assignor: "");
        await script.BeatAsync("", 3);
        await script.BeatAsync("", 3, version: 0);
        await script.BeatAsync("", -1, version: 0);
        await script.BeatAsync("a", 3);
        await script.BeatAsync("a", -1);
        await script.BeatAsync("a", -2);
        await script.BeatAsync("a", -2, instance: "i");
        await script.BeatAsync("a", -3);
        await script.CommitAsync("a", 3);
        await script.CommitAsync("a", 3, version: 8);
        await script.FetchOffsetAsync("a", 3);
        await script.DescribeAsync();
        await script.DescribeClassicAsync(6);
        await script.DeleteAsync();
        script.GroupId = "";
        await script.JoinAsync("a", "t");
        await script.DescribeAsync();
    }

    private static async Task OneMemberAsync(ConsumerGroupScript script)
    {
        script.Note("one member");
        script.GroupId = "one";
        await script.JoinAsync("a", "t,nowhere");
        await script.DescribeAsync();
        await script.BeatAsync("a", 1);
        await script.BeatAsync("a", 1, "t,nowhere", owned: "t:0,1,2,3,4,5", rebalanceMs: 60_000);
        await script.BeatAsync("a", 2);
        await script.BeatAsync("a", 0, "t,nowhere", owned: "", rebalanceMs: 60_000);
        await script.BeatAsync("b", 1);
        await script.BeatAsync("a", 1, instance: "i");
        await script.BeatAsync("a", 1, "t,u");
        await script.BeatAsync("a", 1, owned: "t:0");
        await script.BeatAsync("a", 1);
        await script.BeatAsync("a", 2, "u");
        await script.DescribeAsync();
        await script.BeatAsync("a", 2, owned: "t:0 u:0,1,2");
        await script.BeatAsync("a", 2, owned: "u:0,1,2");
        await script.DescribeAsync();
        await script.CommitAsync("a", 3);
        await script.CommitAsync("a", 2);
        await script.CommitAsync("a", 3, version: 8);
        await script.CommitAsync("b", 3, version: 8);
        await script.DeleteOffsetAsync("t");
        await script.DeleteOffsetAsync("u");
        await script.CommitAsync("a", 3);
        await script.CommitAsync("a", 4);
        await script.CommitAsync("b", 3);
        await script.CommitAsync("", -1);
        await script.FetchOffsetAsync("a", 3);
        await script.FetchOffsetAsync("a", 2);
        await script.FetchOffsetAsync("b", 3);
        await script.FetchOffsetAsync(null, -1);
        await script.ListAsync();
        await script.ListAsync("consumer");
        await script.ListAsync("classic");
        await script.DescribeClassicAsync(5);
        await script.DescribeClassicAsync(6);
        await script.DeleteAsync();
        await script.BeatAsync("a", 3, "");
        await script.BeatAsync("a", 3, owned: "");
        await script.DescribeAsync();
        await script.BeatAsync("a", -1);
        await script.DescribeAsync();
        await script.CommitAsync("", -1);
        await script.CommitAsync("a", 4);
        await script.FetchOffsetAsync(null, -1);
        await script.DeleteAsync();
        await script.DescribeAsync();
        script.GroupId = "nothing";
        await script.JoinAsync("a", "");
        await script.DescribeAsync();
        await script.JoinAsync("b", "nowhere");
        await script.JoinAsync("c", "");
        await script.DescribeAsync();
        await script.BeatAsync("a", -1);
        await script.BeatAsync("b", -1);
        await script.BeatAsync("c", -1);
        await script.DeleteAsync();
    }

    /// <summary>A partition goes to its new owner only after the old one has given it up.</summary>
    private static async Task HandOverAsync(ConsumerGroupScript script)
    {
        script.Note("hand over");
        script.GroupId = "hand-over";
        await script.JoinAsync("a", "t", assignor: "range");
        await script.JoinAsync("b", "t", assignor: "range");
        await script.DescribeAsync();
        await script.BeatAsync("b", 2);
        await script.BeatAsync("a", 1, owned: "t:0,1,2,3,4,5");
        await script.DescribeAsync();
        await script.BeatAsync("b", 2);
        await script.BeatAsync("a", 1);
        await script.BeatAsync("a", 1, owned: "t:0,1,2,3");
        await script.BeatAsync("a", 1, owned: "t:0,1,2");
        await script.BeatAsync("b", 2);
        await script.DescribeAsync();
        await script.JoinAsync("c", "t", assignor: "range");
        await script.BeatAsync("c", 3);
        await script.BeatAsync("b", 2, owned: "t:3,4,5");
        await script.BeatAsync("c", 3);
        await script.BeatAsync("b", 2, owned: "t:3");
        await script.BeatAsync("c", 3);
        await script.BeatAsync("a", 2, owned: "t:0,1,2");
        await script.BeatAsync("a", 2, owned: "t:0,1");
        await script.BeatAsync("b", 3);
        await script.BeatAsync("b", 3, owned: "t:3");
        await script.DescribeAsync();
        script.Note("the topic grows while a member leaves");
        await script.GrowTopicAsync("u", 4);
        await script.BeatAsync("c", -1);
        await script.DescribeAsync();
        await script.BeatAsync("a", 3, owned: "t:0,1");
        await script.BeatAsync("b", 3, owned: "t:2,3");
        await script.BeatAsync("a", 4);
        await script.BeatAsync("b", 3, owned: "t:3");
        await script.BeatAsync("a", 4, owned: "t:0,1");
        await script.DescribeAsync();
        await script.BeatAsync("a", -1);
        await script.BeatAsync("b", -1);
        await script.DescribeAsync();
    }

    private static async Task StaticMembersAsync(ConsumerGroupScript script)
    {
        script.Note("static members");
        script.GroupId = "static";
        await script.JoinAsync("a", "t", "one", "range");
        await script.JoinAsync("a", "t", "one", "range");
        await script.JoinAsync("a2", "t", "one", "range");
        await script.BeatAsync("a2", 1, instance: "one");
        await script.BeatAsync("a", 1, instance: "other");
        await script.BeatAsync("a", 1);
        await script.BeatAsync("a", -2, instance: "one");
        await script.DescribeAsync();
        await script.BeatAsync("a", 1, instance: "one");
        await script.CommitAsync("a", 1);
        await script.JoinAsync("a2", "t", "one", "range");
        await script.DescribeAsync();
        await script.BeatAsync("a", 1, instance: "one");
        await script.BeatAsync("a", -1, instance: "one");
        await script.LeaveClassicAsync("a", "one");
        await script.LeaveClassicAsync("", "one");
        await script.LeaveClassicAsync("a2");
        await script.JoinAsync("d", "t");
        await script.LeaveClassicAsync("d");
        await script.HeartbeatClassicAsync("a2", 1);
        await script.BeatAsync("a2", -1, instance: "one");
        await script.DescribeAsync();
    }

    private static async Task AssignorsAsync(ConsumerGroupScript script)
    {
        script.Note("assignors");
        script.GroupId = "range";
        await script.JoinAsync("a", "t,u", assignor: "range");
        await script.JoinAsync("b", "t", assignor: "range");
        await script.JoinAsync("c", "t,u", "z", assignor: "range");
        await script.JoinAsync("d", "u", "y", assignor: "range");
        await script.DescribeAsync();
        script.GroupId = "votes";
        await script.JoinAsync("a", "t", assignor: "range");
        await script.JoinAsync("b", "t", assignor: "uniform");
        await script.DescribeAsync();
        foreach (var group in new[] { "range", "votes" })
        {
            script.GroupId = group;
            foreach (var (member, instance) in new[] { ("a", null), ("b", null), ("c", "z"), ("d", "y") })
            {
                await script.BeatAsync(member, -1, instance: instance);
            }
        }
    }

    private static async Task PatternsAsync(ConsumerGroupScript script)
    {
        script.Note("patterns");
        script.GroupId = "patterns";
        await script.BeatAsync("a", 0, regex: "(unclosed", owned: "", rebalanceMs: 60_000);
        await script.DescribeAsync();
    }

    private static async Task ConversionAsync(ConsumerGroupScript script)
    {
        script.Note("conversion");
        script.GroupId = "conversion";
        await script.JoinAsync("a", "t");
        await script.CommitAsync("a", 1, offset: 5);
        await script.BeatAsync("a", -1);
        var asked = await script.JoinClassicAsync();
        var joined = await script.JoinClassicAsync(asked.MemberId);
        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        await script.JoinAsync("a", "t");
        await script.DescribeAsync();
        await script.BeatAsync("a", 1);
        await script.FetchOffsetAsync(null, -1);
        await script.LeaveClassicAsync(joined.MemberId);
        await script.JoinAsync("a", "t");
        await script.DescribeAsync();
        await script.FetchOffsetAsync("a", 1);
        await script.BeatAsync("a", -1);
        await script.DeleteAsync();
        await script.ListAsync();
    }
}
