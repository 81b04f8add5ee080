using LogFlow.Kafka.Protocol;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// Groups that change their protocol member by member, there and back, on the queue and on a real Kafka: the same
/// answers. Members have ids that sort alike on both, because assignors sort by them.
/// </summary>
public sealed class GroupMigrationComparisonTests(ITestOutputHelper output)
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Conversation_QueueAndRealKafka_AnswerAlike()
    {
        using var directory = new TempDirectory();
        string[] settings =
        [
            "group.initial.rebalance.delay.ms=0",
            "group.consumer.min.heartbeat.interval.ms=1000",
            "group.consumer.heartbeat.interval.ms=1000",
            "group.consumer.min.session.timeout.ms=3000",
            "group.consumer.session.timeout.ms=6000",
        ];
        await using var kafka = await RealServer.StartKafkaAsync(directory.Path, settings);
        await using var queue = await TestQueue.StartAsync(config =>
        {
            config.GroupInitialRebalanceDelayMs = 0;
            config.GroupConsumerMinHeartbeatIntervalMs = 1000;
            config.GroupConsumerHeartbeatIntervalMs = 1000;
            config.GroupConsumerMinSessionTimeoutMs = 3000;
            config.GroupConsumerSessionTimeoutMs = 6000;
        });
        var theirs = await RunAsync(kafka.Port);
        var ours = await RunAsync(queue.Service.Port);
        Transcripts.AssertAlike(theirs, ours, output);
    }

    private static async Task<List<string>> RunAsync(int port)
    {
        using var script = await ConsumerGroupScript.ConnectAsync(port);
        await script.CreateTopicAsync("t", 6);
        await script.CreateTopicAsync("u", 3);
        await ThereAndBackAsync(script, port, "range", tellsOwned: false);
        await ThereAndBackAsync(script, port, "cooperative-sticky", tellsOwned: true);
        await BadRequestsAsync(script, port);
        await InTheMiddleOfARebalanceAsync(script, port);
        await StaticMembersAsync(script, port);
        await DeathsAsync(script, port);
        return script.Transcript;
    }

    /// <summary>
    /// Two classic members, one of the new protocol comes, another classic one, and the new one goes.
    /// </summary>
    private static async Task ThereAndBackAsync(
        ConsumerGroupScript script, int port, string protocol, bool tellsOwned)
    {
        script.Note($"there and back by {protocol}");
        script.GroupId = "back-" + protocol;
        using var a = await ClassicMemberScript.ConnectAsync(script, port, "a", protocols: protocol);
        using var b = await ClassicMemberScript.ConnectAsync(script, port, "b", protocols: protocol);
        await FormAsync(script, a, b);
        await script.DescribeClassicAsync(5);
        await script.CommitAsync(a.MemberId, a.Generation, version: 8);
        await script.BeatAsync("c", 1);
        await script.JoinAsync("c", "t", assignor: "range");
        await script.DescribeAsync();
        await script.DescribeClassicAsync(6);
        await script.ListAsync();
        await script.CommitAsync(a.MemberId, a.Generation, version: 8);
        await script.CommitAsync(a.MemberId, a.Generation, version: 9);
        await script.CommitAsync(a.MemberId, a.Generation + 1, version: 9);
        await script.FetchOffsetAsync(a.MemberId, a.Generation);
        await script.FetchOffsetAsync(a.MemberId, a.Generation + 1);
        await script.BeatAsync("c", 3);
        foreach (var member in new[] { a, b, a })
        {
            await member.HeartbeatAsync();
            await member.SyncAsync();
            member.Owned = tellsOwned ? member.Owned : "";
            await member.JoinAsync();
            await member.HeartbeatAsync();
            await member.SyncAsync();
            await script.BeatAsync("c", 3);
            await script.DescribeAsync();
        }

        // What had to be given up is: cooperative members say so with another join.
        foreach (var member in new[] { a, b })
        {
            await member.HeartbeatAsync();
            await member.JoinAsync();
            await member.SyncAsync();
            await member.HeartbeatAsync();
        }

        await script.BeatAsync("c", 3);
        await script.DescribeAsync();
        await script.BeatAsync("c", -1);
        await script.DescribeAsync();
        await script.DescribeClassicAsync(6);
        await script.ListAsync();
        await a.HeartbeatAsync();
        await b.HeartbeatAsync();
        await script.CommitAsync(a.MemberId, a.Generation, version: 8);
        var joins = (await a.BeginJoinAsync(), await b.BeginJoinAsync());
        await a.EndJoinAsync(joins.Item1);
        await b.EndJoinAsync(joins.Item2);
        await SyncBothAsync(a, b, "t:0,1,2", "t:3,4,5");
        await a.HeartbeatAsync();
        await b.HeartbeatAsync();
        await script.DescribeClassicAsync(5);
        await script.FetchOffsetAsync(null, -1);
        await a.LeaveAsync();
        await b.LeaveAsync();
        await script.ListAsync();
        await script.DeleteAsync();
    }

    private static async Task BadRequestsAsync(ConsumerGroupScript script, int port)
    {
        script.Note("bad requests");
        script.GroupId = "bad";
        await script.JoinAsync("c", "t", assignor: "range");
        using var a = await ClassicMemberScript.ConnectAsync(script, port, "a");
        await a.HeartbeatAsync();
        await a.SyncAsync();
        await a.EndJoinAsync(await a.BeginJoinAsync(protocolType: "connect"));
        await a.EndJoinAsync(await a.BeginJoinAsync([1]));
        a.MemberId = "a";
        await a.EndJoinAsync(await a.BeginJoinAsync([1]));
        await a.JoinAsync();
        await script.DescribeAsync();
        await a.SyncAsync(generation: 7);
        await a.SyncAsync(protocol: "roundrobin");
        await a.HeartbeatAsync(7);
        await a.SyncAsync();
        await a.HeartbeatAsync();
        await script.CommitAsync("a", 7, version: 8);
        await script.CommitAsync("c", 1, version: 8);
        await script.CommitAsync("c", 1, version: 9);
        await script.BeatAsync("c", 1, owned: "t:3,4,5");
        await a.HeartbeatAsync();
        await a.JoinAsync();
        await a.SyncAsync();
        await script.DescribeAsync();
        using var b = await ClassicMemberScript.ConnectAsync(script, port, "b", protocols: "roundrobin");
        b.MemberId = "b";
        await b.JoinAsync();
        using var both = await ClassicMemberScript.ConnectAsync(script, port, "d", protocols: "roundrobin,range");
        both.MemberId = "d";
        both.Topics = "t,u";
        await both.JoinAsync();
        await both.SyncAsync();
        await script.DescribeAsync();
        await script.HeartbeatClassicAsync("c", 2);
        await script.LeaveClassicAsync("nobody");
        await both.LeaveAsync();
        await a.HeartbeatAsync();
        await a.LeaveAsync();
        await script.DescribeAsync();
        await script.BeatAsync("c", -1);
        await script.DescribeAsync();

        script.Note("groups that cannot change");
        script.GroupId = "junk";
        using var junk = await ClassicMemberScript.ConnectAsync(script, port, "j");
        await junk.EndJoinAsync(await junk.BeginJoinAsync([1]));
        await junk.EndJoinAsync(await junk.BeginJoinAsync([1]));
        await junk.SyncAsync();
        await script.JoinAsync("c", "t");
        await script.DescribeAsync();
        await junk.HeartbeatAsync();
        await junk.LeaveAsync();
        script.GroupId = "connect";
        using var connect = await ClassicMemberScript.ConnectAsync(script, port, "k");
        await connect.EndJoinAsync(await connect.BeginJoinAsync(protocolType: "connect"));
        await connect.EndJoinAsync(await connect.BeginJoinAsync(protocolType: "connect"));
        await script.JoinAsync("c", "t");
        await connect.HeartbeatAsync();
        await connect.LeaveAsync();
    }

    /// <summary>The group changes while its members wait for a generation, or for their assignments.</summary>
    private static async Task InTheMiddleOfARebalanceAsync(ConsumerGroupScript script, int port)
    {
        script.Note("members wait to join");
        script.GroupId = "joining";
        using var a = await ClassicMemberScript.ConnectAsync(script, port, "a");
        using var b = await ClassicMemberScript.ConnectAsync(script, port, "b");
        await a.JoinAsync();
        await a.SyncAsync(new Dictionary<string, string> { [a.MemberId] = "t:0,1,2,3,4,5" });
        await b.TryJoinAsync();
        var waiting = await b.BeginJoinAsync();
        await script.UntilClassicAsync("PreparingRebalance");
        await script.JoinAsync("c", "t", assignor: "range");
        await b.EndJoinAsync(waiting);
        await script.DescribeAsync();
        await b.JoinAsync();
        await b.SyncAsync();
        await a.HeartbeatAsync();
        await a.JoinAsync();
        await a.SyncAsync();
        await script.BeatAsync("c", 2);
        await script.BeatAsync("c", 3);
        await script.DescribeAsync();
        await a.LeaveAsync();
        await b.LeaveAsync();
        await script.BeatAsync("c", -1);

        script.Note("members wait to sync");
        script.GroupId = "syncing";
        using var d = await ClassicMemberScript.ConnectAsync(script, port, "d");
        using var e = await ClassicMemberScript.ConnectAsync(script, port, "e");
        await d.JoinAsync();
        await d.SyncAsync(new Dictionary<string, string> { [d.MemberId] = "t:0,1,2,3,4,5" });
        await e.TryJoinAsync();
        var joinOfE = await e.BeginJoinAsync();
        await script.UntilClassicAsync("PreparingRebalance");
        await d.JoinAsync();
        await e.EndJoinAsync(joinOfE);
        var follower = d.IsLeader ? e : d;
        var sync = await follower.BeginSyncAsync();
        await script.JoinAsync("f", "t", assignor: "range");
        var answer = await follower.EndSyncAsync(sync);
        Assert.Equal(ErrorCode.RebalanceInProgress, answer.ErrorCode);
        await script.DescribeAsync();
        await d.HeartbeatAsync();
        await e.HeartbeatAsync();
        foreach (var member in new[] { d, e })
        {
            member.Owned = "";
            await member.JoinAsync();
            await member.SyncAsync();
        }

        await script.BeatAsync("f", 3);
        await script.DescribeAsync();
        await script.BeatAsync("f", -1);
        await d.LeaveAsync();
        await e.LeaveAsync();
    }

    private static async Task StaticMembersAsync(ConsumerGroupScript script, int port)
    {
        script.Note("static members");
        script.GroupId = "static";
        using var a = await ClassicMemberScript.ConnectAsync(script, port, "a", "one");
        using var b = await ClassicMemberScript.ConnectAsync(script, port, "b", "two");
        await FormAsync(script, a, b);
        await script.JoinAsync("c", "t", "one", "range");
        await script.DescribeAsync();
        await a.HeartbeatAsync();
        await a.SyncAsync();
        await a.JoinAsync();
        await b.HeartbeatAsync();
        b.Owned = "";
        await b.JoinAsync();
        await b.SyncAsync();
        await script.BeatAsync("c", 3, instance: "one");
        await script.DescribeAsync();

        script.Note("the last of the new protocol is replaced");
        using var back = await ClassicMemberScript.ConnectAsync(script, port, "d", "one");
        await back.JoinAsync();
        await script.DescribeAsync();
        await script.DescribeClassicAsync(6);
        await back.SyncAsync();
        await back.HeartbeatAsync();
        await b.HeartbeatAsync();
        await script.BeatAsync("c", 3, instance: "one");

        script.Note("a static member of the classic protocol is replaced by another");
        await script.JoinAsync("e", "t", assignor: "range");
        await script.DescribeAsync();
        using var other = await ClassicMemberScript.ConnectAsync(script, port, "f", "two");
        await other.JoinAsync();
        await b.HeartbeatAsync();
        await other.SyncAsync();
        await other.HeartbeatAsync();
        await script.DescribeAsync();
        await back.HeartbeatAsync();
        back.Owned = "";
        await back.JoinAsync();
        await back.SyncAsync();
        await script.BeatAsync("e", 4);
        await script.BeatAsync("e", 5);
        await script.DescribeAsync();
        await script.LeaveClassicAsync("", "two");
        await script.BeatAsync("e", -2);
        await script.BeatAsync("e", -1);
        await script.DescribeClassicAsync(6);
        await back.HeartbeatAsync();
        await back.LeaveAsync();
        await script.ListAsync();
        await script.DeleteAsync();
    }

    /// <summary>A member of either protocol dies midway: its session ends, and the others go on.</summary>
    private static async Task DeathsAsync(ConsumerGroupScript script, int port)
    {
        script.Note("a member of the classic protocol dies");
        script.GroupId = "deaths";
        using var a = await ClassicMemberScript.ConnectAsync(script, port, "a", sessionTimeoutMs: 6000);
        await a.JoinAsync();
        await a.SyncAsync(new Dictionary<string, string> { [a.MemberId] = "t:0,1,2,3,4,5" });
        await script.JoinAsync("c", "t", assignor: "range");
        await UntilAsync(script, "the classic member's session ends", async () =>
            (await script.BeatAsync("c", 2)).MemberEpoch == 3);
        await script.DescribeAsync();
        await a.HeartbeatAsync();

        script.Note("the last member of the new protocol dies");
        using var b = await ClassicMemberScript.ConnectAsync(script, port, "b");
        b.MemberId = "b";
        await b.JoinAsync();
        await b.SyncAsync();
        await UntilAsync(script, "the new member's session ends", async () =>
            await b.HeartbeatAsync() == ErrorCode.RebalanceInProgress);
        await script.DescribeAsync();
        await script.DescribeClassicAsync(5);
        await b.JoinAsync();
        await b.SyncAsync(new Dictionary<string, string> { ["b"] = "t:0,1,2,3,4,5" });
        await b.HeartbeatAsync();
        await b.LeaveAsync();
    }

    private static async Task FormAsync(ConsumerGroupScript script, ClassicMemberScript a, ClassicMemberScript b)
    {
        await a.JoinAsync();
        await a.SyncAsync(new Dictionary<string, string> { [a.MemberId] = "t:0,1,2,3,4,5" });
        if (b.Instance is null)
        {
            await b.TryJoinAsync();
        }

        // The leader's join, taken first, would be a generation of its own.
        var joinOfB = await b.BeginJoinAsync();
        await script.UntilClassicAsync("PreparingRebalance");
        await a.JoinAsync();
        await b.EndJoinAsync(joinOfB);
        await SyncBothAsync(a, b, "t:0,1,2", "t:3,4,5");
    }

    private static async Task SyncBothAsync(ClassicMemberScript a, ClassicMemberScript b, string toA, string toB)
    {
        var assignments = new Dictionary<string, string> { [a.MemberId] = toA, [b.MemberId] = toB };
        var syncs = (
            await a.BeginSyncAsync(a.IsLeader ? assignments : null),
            await b.BeginSyncAsync(b.IsLeader ? assignments : null));
        await a.EndSyncAsync(syncs.Item1);
        await b.EndSyncAsync(syncs.Item2);
    }

    /// <summary>How often one has to ask is not compared.</summary>
    private static async Task UntilAsync(ConsumerGroupScript script, string what, Func<Task<bool>> isTrue)
    {
        var length = script.Transcript.Count;
        await Eventually.TrueAsync(
            async () =>
            {
                script.Transcript.RemoveRange(length, script.Transcript.Count - length);
                return await isTrue();
            },
            what);
    }
}
