using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// Groups that change their protocol with members in them: what a comparison with Kafka does not show.
/// </summary>
public sealed class GroupMigrationTests
{
    [Theory]
    [InlineData(MigrationPolicy.Disabled, ErrorCode.GroupIdNotFound)]
    [InlineData(MigrationPolicy.Downgrade, ErrorCode.GroupIdNotFound)]
    [InlineData(MigrationPolicy.Upgrade, ErrorCode.None)]
    [InlineData(MigrationPolicy.Bidirectional, ErrorCode.None)]
    internal async Task Upgrade_HappensWhereThePolicyAllowsIt(MigrationPolicy policy, ErrorCode expected)
    {
        using var harness = Create(policy);
        await ClassicAsync(harness);
        Assert.Equal(expected, (await TryJoinNewAsync(harness, "c")).Error);
    }

    [Theory]
    [InlineData(MigrationPolicy.Upgrade, false)]
    [InlineData(MigrationPolicy.Bidirectional, true)]
    internal async Task Downgrade_HappensWhereThePolicyAllowsIt(MigrationPolicy policy, bool isClassic)
    {
        using var harness = Create(policy);
        await ClassicAsync(harness);
        await TryJoinNewAsync(harness, "c");
        await harness.BeatAsync("c", -1);
        Assert.Equal(isClassic, harness.Groups.Group.DescribeClassic() is not null);
    }

    [Fact]
    public async Task Upgrade_OneMemberTooMany_ChangesNothing()
    {
        using var harness = new ConsumerGroupHarness(new ConsumerGroupSettings { SizeMax = 1 });
        var member = await ClassicAsync(harness);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, (await TryJoinNewAsync(harness, "c")).Error);
        Assert.Equal(ErrorCode.None, harness.Groups.Heartbeat(member));
    }

    /// <summary>
    /// A rebalance that cuts another off makes the group forget its assignments; a cooperative member goes on with what
    /// it has, and says so. Kafka would give that to the new member at once.
    /// </summary>
    [Fact]
    public async Task Upgrade_AfterARebalanceThatWasCutOff_NobodyGetsWhatAMemberStillOwns()
    {
        using var harness = Create();
        var member = await ClassicAsync(harness);
        var again = await JoinAsync(harness, member.MemberId, owned: [0, 1, 2, 3]);
        Assert.Equal(ErrorCode.None, again.Error);
        var cutOff = harness.Groups.JoinAsync(requiresKnownId: false, metadata: Subscription([]));
        Assert.Equal(ErrorCode.RebalanceInProgress, harness.Groups.Heartbeat(again));

        var told = await TryJoinNewAsync(harness, "c");
        Assert.Equal(ErrorCode.RebalanceInProgress, (await cutOff).Error);
        Assert.Equal(0, told.Assignment!.Count);
        var given = harness.Described.Members.Single(one => one.MemberId == member.MemberId);
        Assert.Equal(4, given.Assigned.Count);
    }

    [Fact]
    public async Task Restart_BothProtocolsInOneGroup_EverybodyGoesOn()
    {
        using var harness = Create();
        var member = await ClassicAsync(harness);
        await TryJoinNewAsync(harness, "c");
        var joined = await JoinAsync(harness, member.MemberId);
        await harness.Groups.SyncAsync(joined);
        var told = await harness.BeatAsync("c", 2);
        harness.Restart();

        Assert.Equal(ErrorCode.None, harness.Groups.Heartbeat(joined));
        Assert.Equal(ErrorCode.None, (await harness.BeatAsync("c", told.MemberEpoch)).Error);
        Assert.Equal(2, Read(harness, await harness.Groups.SyncAsync(joined)).Count);

        // Its own session, not the group's, ends.
        for (var beat = 0; beat < 3; beat++)
        {
            harness.Groups.Time.AdvanceMs(5_000);
            await harness.BeatAsync("c", told.MemberEpoch);
        }

        Assert.Equal(["c"], harness.Described.Members.Select(one => one.MemberId));
    }

    /// <summary>The one that left is not in what was kept: somebody else must get its partitions.</summary>
    [Fact]
    public async Task Restart_RightAfterTheLastNewMemberLeft_NoPartitionIsWithoutAReader()
    {
        using var harness = Create();
        var member = await ClassicAsync(harness);
        await TryJoinNewAsync(harness, "c");
        var joined = await JoinAsync(harness, member.MemberId);
        await harness.Groups.SyncAsync(joined);
        await harness.BeatAsync("c", 2);
        Assert.Equal(ErrorCode.None, (await harness.BeatAsync("c", -1)).Error);
        Assert.Empty(harness.Store.ConsumerEntries);
        harness.Restart();

        Assert.Equal(ErrorCode.IllegalGeneration, harness.Groups.Heartbeat(joined));
        var again = await JoinAsync(harness, joined.MemberId);
        Assert.Equal(ErrorCode.None, again.Error);
        Assert.Equal(again.MemberId, again.Leader);
        Assert.True(again.Generation > joined.Generation);
    }

    [Fact]
    public async Task Downgrade_DiskRefuses_IsMadeGoodByTheNextWrite()
    {
        using var harness = Create();
        var member = await ClassicAsync(harness);
        await TryJoinNewAsync(harness, "c");
        harness.Store.Fails = true;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await harness.BeatAsync("c", -1)).Error);
        harness.Store.Fails = false;
        Assert.NotEmpty(harness.Store.ConsumerEntries);

        var again = await JoinAsync(harness, member.MemberId);
        var sync = await harness.Groups.SyncAsync(again, null, (again.MemberId, "all"));
        Assert.Equal(ErrorCode.None, sync.Error);
        Assert.Empty(harness.Store.ConsumerEntries);
        Assert.Single(harness.Store.Groups[GroupHarness.GroupId].Members);
    }

    /// <summary>
    /// Kafka hands the place over as it is, with partitions that another member has not given up yet.
    /// </summary>
    [Fact]
    public async Task Downgrade_ReplacedMemberWaitedForPartitions_TheGroupRebalances()
    {
        using var harness = Create();
        var member = await ClassicAsync(harness);
        await harness.JoinAsync("c", "t", instance: "one");
        Assert.Equal(ConsumerGroupState.Reconciling, harness.Described.State);

        var back = await JoinAsync(harness, "", instance: "one");
        Assert.Equal(ErrorCode.None, back.Error);
        Assert.Equal(
            ErrorCode.RebalanceInProgress, (await harness.Groups.SyncAsync(back, instance: "one")).Error);
        Assert.Equal(GroupState.PreparingRebalance, harness.Groups.Group.DescribeClassic()!.State);
        Assert.NotNull(member);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClassicMember_TooSlowToJoinOrToSync_IsRemoved(bool hasJoined)
    {
        using var harness = Create();
        var member = await ClassicAsync(harness, rebalanceTimeoutMs: 20_000);
        await TryJoinNewAsync(harness, "c");
        if (hasJoined)
        {
            member = await JoinAsync(harness, member.MemberId, rebalanceTimeoutMs: 20_000);
        }

        var error = harness.Groups.Heartbeat(member);
        Assert.Equal(hasJoined ? ErrorCode.None : ErrorCode.RebalanceInProgress, error);
        for (var waitedMs = 0; waitedMs < 20_000; waitedMs += 4_000)
        {
            Assert.Equal(error, harness.Groups.Heartbeat(member));
            harness.Groups.Time.AdvanceMs(4_000);
        }

        harness.Groups.Time.AdvanceMs(100);
        Assert.Equal(ErrorCode.UnknownMemberId, harness.Groups.Heartbeat(member));
    }

    private static ConsumerGroupHarness Create(MigrationPolicy policy = MigrationPolicy.Bidirectional)
    {
        var harness = new ConsumerGroupHarness(new ConsumerGroupSettings { MigrationPolicy = policy });
        harness.Topics.Set("t", 4);
        return harness;
    }

    /// <summary>A stable classic group with one member, which has all four partitions.</summary>
    private static async Task<JoinGroupResult> ClassicAsync(
        ConsumerGroupHarness harness, int rebalanceTimeoutMs = 60_000)
    {
        if (harness.Topics.Find("t") is null)
        {
            harness.Topics.Set("t", 4);
        }

        var joined = await JoinAsync(harness, "", rebalanceTimeoutMs: rebalanceTimeoutMs);
        var all = ClassicAssignments.Serialize(
            PartitionAssignment.Create([new(harness.Topics.Find("t")!.Value.Id, [0, 1, 2, 3])]),
            harness.Topics,
            Subscription([]));
        var sync = await harness.Groups.Coordinator.SyncAsync(GroupHarness.GroupId, new SyncGroupInput
        {
            MemberId = joined.MemberId,
            Generation = joined.Generation,
            Assignments = new Dictionary<string, byte[]> { [joined.MemberId] = all },
        });
        Assert.Equal(ErrorCode.None, sync.Error);
        return joined;
    }

    private static Task<JoinGroupResult> JoinAsync(
        ConsumerGroupHarness harness,
        string memberId,
        string? instance = null,
        int[]? owned = null,
        int rebalanceTimeoutMs = 60_000) => harness.Groups.JoinAsync(
        memberId, instance, rebalanceTimeoutMs: rebalanceTimeoutMs, metadata: Subscription(owned ?? []));

    private static Task<ConsumerHeartbeatResult> TryJoinNewAsync(ConsumerGroupHarness harness, string member) =>
        harness.BeatAsync(member, 0, "t", owned: PartitionAssignment.Empty, rebalanceMs: 30_000);

    private static PartitionAssignment Read(ConsumerGroupHarness harness, SyncGroupResult sync) =>
        ClassicAssignments.Read(sync.Assignment, harness.Topics, out _);

    private static byte[] Subscription(int[] owned) => ConsumerProtocol.Serialize(
        new ConsumerProtocolSubscription
        {
            Topics = ["t"],
            OwnedPartitions =
                [new ConsumerProtocolSubscription.TopicPartition { Topic = "t", Partitions = [.. owned] }],
        },
        1);
}
