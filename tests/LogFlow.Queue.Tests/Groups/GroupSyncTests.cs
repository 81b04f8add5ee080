using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

public sealed class GroupSyncTests : IDisposable
{
    private readonly GroupHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Sync_FollowerBeforeLeader_WaitsForTheAssignment()
    {
        var members = await _harness.StableAsync(2);
        var rejoins = await Task.WhenAll(
            members.Select(member => _harness.JoinAsync(member.MemberId, subscription: "n")));
        var leader = rejoins.Single(member => member.MemberId == member.Leader);
        var follower = rejoins.Single(member => member.MemberId != member.Leader);

        var waiting = _harness.SyncAsync(follower);
        Assert.False(waiting.IsCompleted);
        await _harness.SyncAsync(leader, null, (follower.MemberId, "theirs"), (leader.MemberId, "ours"));

        Assert.Equal("theirs", GroupHarness.Text((await waiting).Assignment));
    }

    [Fact]
    public async Task Sync_AssignmentNotDurable_IsNotAnswered()
    {
        var joined = await _harness.JoinAsync();
        _harness.Store.Hold();
        var sync = _harness.SyncAsync(joined, null, (joined.MemberId, "all"));
        Assert.False(sync.IsCompleted);
        Assert.Equal(GroupState.CompletingRebalance, _harness.Group.DescribeClassic()!.State);

        _harness.Store.ReleaseHeld();

        Assert.Equal("all", GroupHarness.Text((await sync).Assignment));
        Assert.Equal(GroupState.Stable, _harness.Group.DescribeClassic()!.State);
    }

    [Fact]
    public async Task Sync_StoreRefuses_MembersJoinAgain()
    {
        var joined = await _harness.JoinAsync();
        _harness.Store.Fails = true;
        Assert.Equal(
            ErrorCode.RebalanceInProgress, (await _harness.SyncAsync(joined, null, (joined.MemberId, "all"))).Error);

        _harness.Store.Fails = false;
        var again = await _harness.JoinAsync(joined.MemberId);
        Assert.Equal(2, again.Generation);
        Assert.Equal(ErrorCode.None, (await _harness.SyncAsync(again, null, (joined.MemberId, "all"))).Error);
    }

    [Fact]
    public async Task Sync_WrongGenerationOrMember_IsRefused()
    {
        var member = (await _harness.StableAsync(1))[0];
        Assert.Equal(
            ErrorCode.IllegalGeneration, (await _harness.SyncAsync(member with { Generation = 7 })).Error);
        Assert.Equal(
            ErrorCode.UnknownMemberId, (await _harness.SyncAsync(member with { MemberId = "nobody" })).Error);
        Assert.Equal(
            ErrorCode.InconsistentGroupProtocol,
            (await _harness.Coordinator.SyncAsync(GroupHarness.GroupId, new SyncGroupInput
            {
                MemberId = member.MemberId,
                Generation = 1,
                ProtocolType = "consumer",
                ProtocolName = "other",
            })).Error);
    }

    [Fact]
    public async Task Sync_NewMemberJoinsMeanwhile_TellsWaitersToRejoin()
    {
        var members = await _harness.StableAsync(2);
        var rejoins = await Task.WhenAll(
            members.Select(member => _harness.JoinAsync(member.MemberId, subscription: "n")));
        var follower = rejoins.Single(member => member.MemberId != member.Leader);
        var waiting = _harness.SyncAsync(follower);

        _ = _harness.JoinAsync();

        Assert.Equal(ErrorCode.RebalanceInProgress, (await waiting).Error);
    }

    [Fact]
    public async Task Sync_MemberThatNeverSyncs_LeavesAfterRebalanceTimeout()
    {
        var members = await _harness.StableAsync(2);
        var rejoins = await Task.WhenAll(members.Select(member => _harness.JoinAsync(
            member.MemberId, subscription: "n", sessionTimeoutMs: 600_000, rebalanceTimeoutMs: 30_000)));
        var leader = rejoins.Single(member => member.MemberId == member.Leader);
        var follower = rejoins.Single(member => member.MemberId != member.Leader);
        await _harness.SyncAsync(leader, null, (leader.MemberId, "all"));

        _harness.Time.AdvanceMs(30_001);

        Assert.Equal(ErrorCode.RebalanceInProgress, _harness.Heartbeat(leader));
        Assert.Equal(ErrorCode.UnknownMemberId, _harness.Heartbeat(follower));
    }

    [Fact]
    public async Task Heartbeat_Missing_EndsTheSessionAndTheGeneration()
    {
        var members = await _harness.StableAsync(2);
        _harness.Time.AdvanceMs(6_000);
        Assert.Equal(ErrorCode.None, _harness.Heartbeat(members[0]));
        _harness.Time.AdvanceMs(6_000);

        Assert.Equal(ErrorCode.RebalanceInProgress, _harness.Heartbeat(members[0]));
        Assert.Equal(ErrorCode.UnknownMemberId, _harness.Heartbeat(members[1]));
        var alone = await _harness.JoinAsync(members[0].MemberId);
        Assert.Equal(members[0].Generation + 1, alone.Generation);
        Assert.Equal(alone.MemberId, alone.Leader);
    }

    [Fact]
    public async Task Heartbeat_AllMembersGone_LeavesAnEmptyDurableGroup()
    {
        await _harness.StableAsync(3);
        _harness.Time.AdvanceMs(10_001);
        Assert.Equal(GroupState.Empty, _harness.Group.DescribeClassic()!.State);
        Assert.Empty(_harness.Store.Groups[GroupHarness.GroupId].Members);
    }

    [Fact]
    public async Task Heartbeat_UnknownGroup_IsUnknownMember() =>
        Assert.Equal(
            ErrorCode.UnknownMemberId,
            await Task.FromResult(_harness.Coordinator.Heartbeat("none", "nobody", null, 1)));

    [Fact]
    public async Task Leave_OneOfTwo_RebalancesAtOnce()
    {
        var members = await _harness.StableAsync(2);
        Assert.Equal(ErrorCode.None, _harness.Leave(members[1].MemberId, null));
        Assert.Equal(ErrorCode.RebalanceInProgress, _harness.Heartbeat(members[0]));
        Assert.Equal(members[0].Generation + 1, (await _harness.JoinAsync(members[0].MemberId)).Generation);
        Assert.Equal(ErrorCode.UnknownMemberId, _harness.Leave(members[1].MemberId, null));
    }

    [Fact]
    public async Task Restore_StableGroup_KeepsMembersWithoutRebalance()
    {
        var members = await _harness.StableAsync(2);
        using var restarted = new GroupHarness(store: _harness.Store);
        restarted.Coordinator.Restore(GroupHarness.GroupId).Restore(_harness.Store.Groups[GroupHarness.GroupId]);

        Assert.All(members, member => Assert.Equal(ErrorCode.None, restarted.Heartbeat(member)));
        Assert.Equal(
            "parts of " + members[1].MemberId, GroupHarness.Text((await restarted.SyncAsync(members[1])).Assignment));

        restarted.Time.AdvanceMs(10_001);
        Assert.Equal(GroupState.Empty, restarted.Group.DescribeClassic()!.State);
    }

    /// <summary>The others go on at once, and their sessions and deadlines run from then on.</summary>
    [Fact]
    public async Task Leave_PendingMember_SessionsOfTheOthersRun()
    {
        var member = await _harness.JoinAsync(rebalanceTimeoutMs: 600_000);
        await _harness.SyncAsync(member, null, (member.MemberId, "all"));
        var pending = await _harness.JoinAsync(requiresKnownId: true, sessionTimeoutMs: 1_000_000);
        Assert.Equal(ErrorCode.MemberIdRequired, pending.Error);
        var rejoin = _harness.JoinAsync(member.MemberId, rebalanceTimeoutMs: 600_000, subscription: "other");
        _harness.Time.AdvanceMs(11_000);
        Assert.False(rejoin.IsCompleted);

        Assert.Equal(ErrorCode.None, _harness.Leave(pending.MemberId, null));
        Assert.Equal(ErrorCode.None, (await rejoin).Error);
        _harness.Time.AdvanceMs(11_000);
        Assert.Equal(GroupState.Empty, _harness.Group.DescribeClassic()!.State);
    }
}
