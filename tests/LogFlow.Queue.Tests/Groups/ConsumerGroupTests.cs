using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>What the comparison with a real Kafka cannot show: time, disks that fail, restarts, patterns.</summary>
public sealed class ConsumerGroupTests
{
    [Fact]
    public async Task Session_NoHeartbeat_MemberIsRemovedAndItsPartitionsGoToOthers()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 4);
        await harness.JoinAsync("a");
        harness.Groups.Time.AdvanceMs(30_000);
        var b = await harness.JoinAsync("b");
        Assert.True(b.Assignment!.IsEmpty);
        harness.Groups.Time.AdvanceMs(15_002);
        Assert.Equal("b", Assert.Single(harness.Described.Members).MemberId);
        b = await harness.BeatAsync("b", b.MemberEpoch);
        Assert.Equal(4, b.Assignment!.Count);
        Assert.Equal(ErrorCode.UnknownMemberId, (await harness.BeatAsync("a", 1)).Error);
    }

    [Fact]
    public async Task Session_Heartbeats_KeepTheMember()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 1);
        var a = await harness.JoinAsync("a");
        for (var i = 0; i < 20; i++)
        {
            harness.Groups.Time.AdvanceMs(40_000);
            Assert.Equal(ErrorCode.None, (await harness.BeatAsync("a", a.MemberEpoch)).Error);
        }
    }

    [Fact]
    public async Task Revocation_NeverConfirmed_MemberIsRemovedAfterItsRebalanceTimeout()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 4);
        var a = await harness.JoinAsync("a");
        var b = await harness.JoinAsync("b");
        var all = a.Assignment!;
        await harness.BeatAsync("a", 1, owned: all);
        for (var waitedMs = 0; waitedMs < 30_000; waitedMs += 5_000)
        {
            Assert.Equal(2, harness.Described.Members.Count);
            Assert.Equal(ErrorCode.None, (await harness.BeatAsync("a", 1, owned: all)).Error);
            Assert.Null((await harness.BeatAsync("b", b.MemberEpoch)).Assignment);
            harness.Groups.Time.AdvanceMs(5_000);
        }

        harness.Groups.Time.AdvanceMs(2);
        Assert.Equal(4, (await harness.BeatAsync("b", b.MemberEpoch)).Assignment!.Count);
        Assert.Equal(ErrorCode.UnknownMemberId, (await harness.BeatAsync("a", 1, owned: all)).Error);
    }

    [Fact]
    public async Task StaticMember_LeftAndNotBack_IsRemovedAtTheEndOfItsSession()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 2);
        await harness.JoinAsync("a", instance: "i");
        Assert.Equal(-2, (await harness.BeatAsync("a", -2, instance: "i")).MemberEpoch);
        var b = await harness.JoinAsync("b");
        Assert.True(b.Assignment!.IsEmpty);
        harness.Groups.Time.AdvanceMs(44_000);
        await harness.BeatAsync("b", b.MemberEpoch);
        harness.Groups.Time.AdvanceMs(1_002);
        Assert.Equal(2, (await harness.BeatAsync("b", b.MemberEpoch)).Assignment!.Count);
    }

    [Fact]
    public async Task Topics_CreatedGrownAndDeleted_MembersLearnWithTheirNextHeartbeat()
    {
        using var harness = new ConsumerGroupHarness();
        var a = await harness.JoinAsync("a", "t");
        Assert.True(a.Assignment!.IsEmpty);
        var id = harness.Topics.Set("t", 1);
        a = await harness.BeatAsync("a", a.MemberEpoch);
        Assert.Equal([0], a.Assignment!.Topics[id]);
        harness.Topics.Set("t", 3);
        a = await harness.BeatAsync("a", a.MemberEpoch);
        Assert.Equal([0, 1, 2], a.Assignment!.Topics[id]);
        harness.Topics.Set("elsewhere", 3);
        var same = await harness.BeatAsync("a", a.MemberEpoch);
        Assert.Equal((a.MemberEpoch, null), (same.MemberEpoch, same.Assignment));
        harness.Topics.Remove("t");
        var gone = await harness.BeatAsync("a", a.MemberEpoch);
        Assert.True(gone.Assignment!.IsEmpty);
        gone = await harness.BeatAsync("a", a.MemberEpoch, owned: PartitionAssignment.Empty);
        Assert.Equal(a.MemberEpoch + 1, gone.MemberEpoch);
    }

    [Fact]
    public async Task Pattern_MatchesWholeNames_AndTopicsThatComeLater()
    {
        using var harness = new ConsumerGroupHarness();
        var ids = new[] { "log-a", "log-b", "xlog-a", "log" }
            .ToDictionary(name => name, name => harness.Topics.Set(name, 1));
        var a = await harness.JoinAsync("a", topics: "", regex: "log-.");
        Assert.Equal([ids["log-a"], ids["log-b"]], a.Assignment!.Topics.Keys.ToArray());
        var later = harness.Topics.Set("log-c", 2);
        a = await harness.BeatAsync("a", a.MemberEpoch);
        Assert.Equal([0, 1], a.Assignment!.Topics[later]);
        a = await harness.BeatAsync("a", a.MemberEpoch, topics: "xlog-a", regex: "");
        a = await harness.BeatAsync("a", a.MemberEpoch, owned: PartitionAssignment.Empty);
        Assert.Equal(ids["xlog-a"], Assert.Single(a.Assignment!.Topics).Key);
    }

    [Theory]
    [InlineData(@"\Qa.b\E-\d+", "a.b-12", true)]
    [InlineData(@"\Qa.b\E-\d+", "axb-12", false)]
    [InlineData("[[:alpha:]]+", "abc", true)]
    [InlineData("[[:alpha:]]+", "ab1", false)]
    [InlineData("(?P<name>x)y", "xy", true)]
    [InlineData(@"\[[:digit:]]", "[:]", true)]
    [InlineData("[]x]+", "]x", true)]
    [InlineData("[^]x]", "]", false)]
    [InlineData("[a-z-[x]", "[", true)]
    [InlineData("a|b", "ab", false)]
    public void Pattern_SyntaxOfRe2_IsUnderstood(string pattern, string topic, bool matches) =>
        Assert.Equal(matches, TopicPattern.TryCreate(pattern, out _)!.IsMatch(topic));

    [Theory]
    [InlineData("(open")]
    [InlineData("a(?=b)")]
    [InlineData(@"(a)\1")]
    [InlineData("((a{1,100}){1,100}){1,100}")]
    public void Pattern_Invalid_IsRefusedWithAReason(string pattern)
    {
        Assert.Null(TopicPattern.TryCreate(pattern, out var problem));
        Assert.False(string.IsNullOrEmpty(problem));
    }

    [Fact]
    public async Task Size_AtItsLimit_RefusesNewMembersOnly()
    {
        using var harness = new ConsumerGroupHarness(new ConsumerGroupSettings { SizeMax = 1 });
        await harness.JoinAsync("a");
        var refused = await harness.BeatAsync("b", 0, "t", owned: PartitionAssignment.Empty, rebalanceMs: 1000);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, refused.Error);
        await harness.JoinAsync("a");
    }

    [Fact]
    public async Task Restart_GroupContinues_WithoutANewAssignment()
    {
        using var harness = new ConsumerGroupHarness();
        var id = harness.Topics.Set("t", 4);
        await harness.JoinAsync("a");
        await harness.JoinAsync("b", instance: "i");
        var all = PartitionAssignment.Create([KeyValuePair.Create(id, (IEnumerable<int>)[0, 1, 2, 3])]);
        var kept = (await harness.BeatAsync("a", 1, owned: all)).Assignment!;
        var before = harness.Described;

        harness.Restart();

        Assert.Equal(ConsumerGroupState.Reconciling, harness.Described.State);
        var after = harness.Described;
        Assert.Equal((before.GroupEpoch, before.AssignmentEpoch), (after.GroupEpoch, after.AssignmentEpoch));
        Assert.Equal(
            before.Members.OrderBy(member => member.MemberId).Select(WithoutLists),
            harness.Described.Members.OrderBy(member => member.MemberId).Select(WithoutLists));
        Assert.Null((await harness.BeatAsync("b", 2, instance: "i")).Assignment);
        var a = await harness.BeatAsync("a", 1, owned: kept);
        Assert.Equal((ErrorCode.None, 2), (a.Error, a.MemberEpoch));
        var b = await harness.BeatAsync("b", 2, instance: "i");
        Assert.Equal((2, 2), (b.MemberEpoch, b.Assignment!.Count));
        Assert.Equal(ConsumerGroupState.Stable, harness.Described.State);

        static ConsumerMember WithoutLists(ConsumerMember member)
        {
            Assert.Equal(["t"], member.SubscribedTopics);
            return member with { SubscribedTopics = [] };
        }
    }

    [Fact]
    public async Task Restart_SilentMember_IsRemovedAfterAWholeSession()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 1);
        await harness.JoinAsync("a");
        harness.Restart();
        harness.Groups.Time.AdvanceMs(45_002);
        Assert.Empty(harness.Described.Members);
        harness.Restart();
        Assert.Empty(harness.Described.Members);
    }

    [Fact]
    public async Task Disk_Refuses_NobodyIsAnsweredUntilItWorksAgain()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 2);
        var a = await harness.JoinAsync("a");
        harness.Store.Fails = true;
        var refused = await harness.BeatAsync("b", 0, "t", owned: PartitionAssignment.Empty, rebalanceMs: 1000);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, refused.Error);

        // The target has changed in memory: the other member must not hear of it either.
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await harness.BeatAsync("a", a.MemberEpoch)).Error);
        harness.Store.Fails = false;
        var b = await harness.JoinAsync("b");
        Assert.Equal(ErrorCode.None, (await harness.BeatAsync("a", a.MemberEpoch)).Error);
        harness.Restart();
        Assert.Equal(ErrorCode.None, (await harness.BeatAsync("b", b.MemberEpoch)).Error);
    }

    [Fact]
    public async Task Disk_RefusesForLong_NobodyIsRemovedForNotGivingUpWhatItWasNotToldOf()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 4);
        var all = (await harness.JoinAsync("a")).Assignment!;
        var b = await harness.JoinAsync("b");
        harness.Store.Fails = true;
        for (var waitedMs = 0; waitedMs < 60_000; waitedMs += 5_000)
        {
            Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await harness.BeatAsync("a", 1, owned: all)).Error);
            await harness.BeatAsync("b", b.MemberEpoch);
            harness.Groups.Time.AdvanceMs(5_000);
        }

        harness.Store.Fails = false;
        Assert.Equal(2, (await harness.BeatAsync("a", 1, owned: all)).Assignment!.Count);
        Assert.Equal(0, (await harness.BeatAsync("b", b.MemberEpoch)).Assignment!.Count);
        harness.Groups.Time.AdvanceMs(29_000);
        Assert.Equal(2, harness.Described.Members.Count);
    }

    [Fact]
    public async Task Answer_WaitsForTheDisk()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 1);
        harness.Store.Hold();
        var joining = harness.JoinAsync("a");
        Assert.False(joining.IsCompleted);
        harness.Store.ReleaseHeld();
        Assert.Equal(1, (await joining).Assignment!.Count);
        harness.Store.Hold();
        Assert.True(harness.BeatAsync("a", 1).IsCompletedSuccessfully, "nothing changed, so nothing waits");
        harness.Store.ReleaseHeld();
    }

    [Fact]
    public async Task Classic_JoinThatCannotBeRead_IsRefusedWhileTheNewProtocolHasMembers()
    {
        using var harness = new ConsumerGroupHarness();
        await harness.JoinAsync("a");
        Assert.Equal(ErrorCode.UnknownServerError, (await harness.Groups.JoinAsync()).Error);
        await harness.BeatAsync("a", -1);
        var joined = await harness.Groups.JoinAsync();
        Assert.Equal(ErrorCode.None, joined.Error);
        Assert.Null(harness.Groups.Group.DescribeConsumer());
        await harness.Groups.SyncAsync(joined, null, (joined.MemberId, "all"));
        Assert.Empty(harness.Store.ConsumerEntries);
    }

    [Fact]
    public async Task Classic_EmptyGroupBecomesOneOfTheNewProtocol_AndItsOffsetsStay()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 1);
        var joined = await harness.Groups.StableAsync(1);
        await harness.Groups.Coordinator.CommitAsync(
            GroupHarness.GroupId, joined[0].MemberId, null, joined[0].Generation,
            [new(new TopicPartition("t", 0), new CommittedOffset(7, -1, "", 0))]);
        Assert.Equal(
            ErrorCode.GroupIdNotFound,
            (await harness.BeatAsync("a", 0, "t", owned: PartitionAssignment.Empty, rebalanceMs: 1)).Error);
        Assert.Equal(ErrorCode.None, harness.Groups.Leave(joined[0].MemberId, null));
        await harness.JoinAsync("a");
        Assert.Equal(7, harness.Groups.Group.GetOffset(new TopicPartition("t", 0))!.Offset);
        Assert.Empty(harness.Store.Groups);
    }

    [Theory]
    [InlineData("a", 1, ErrorCode.None)]
    [InlineData("a", 2, ErrorCode.IllegalGeneration)]
    [InlineData("stranger", 1, ErrorCode.UnknownMemberId)]
    [InlineData("", -1, ErrorCode.None)]
    public async Task TransactionalCommit_ChecksTheMemberIfOneIsNamed(string member, int epoch, ErrorCode expected)
    {
        using var harness = new ConsumerGroupHarness();
        await harness.JoinAsync("a");
        Assert.Equal(expected, await harness.Groups.Group.CommitInTransactionAsync(
            1,
            new GroupCaller(member, null, epoch),
            [new(new TopicPartition("t", 0), new CommittedOffset(7, -1, "", 0))]));
    }

    [Fact]
    public async Task Offsets_ExpireOnlyAfterTheGroupIsEmptyForTheirRetention()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 1);
        var a = await harness.JoinAsync("a");
        var committedMs = harness.Groups.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(ErrorCode.None, await harness.Groups.Coordinator.CommitAsync(
            GroupHarness.GroupId, "a", null, a.MemberEpoch,
            [new(new TopicPartition("t", 0), new CommittedOffset(7, -1, "", committedMs))]));
        for (var day = 0; day < 8; day++)
        {
            harness.Groups.Time.AdvanceMs(40_000);
            await harness.BeatAsync("a", a.MemberEpoch);
        }

        await harness.BeatAsync("a", -1);
        harness.Groups.Time.AdvanceMs((long)TimeSpan.FromDays(6.9).TotalMilliseconds);
        await harness.Groups.Coordinator.ExpireAsync();
        Assert.NotNull(harness.Groups.Coordinator.Find(GroupHarness.GroupId));
        harness.Groups.Time.AdvanceMs((long)TimeSpan.FromDays(0.2).TotalMilliseconds);
        await harness.Groups.Coordinator.ExpireAsync();
        Assert.Null(harness.Groups.Coordinator.Find(GroupHarness.GroupId));
        Assert.Empty(harness.Store.ConsumerEntries);
        Assert.Empty(harness.Store.Offsets);
    }
}
