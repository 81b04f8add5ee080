using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

public sealed class GroupStaticMemberTests : IDisposable
{
    private readonly GroupHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Join_StaticMemberRestarts_KeepsGenerationAndAssignment()
    {
        var members = await _harness.StableAsync(2, Instance);
        var follower = members.Single(member => member.MemberId != member.Leader);
        var instance = InstanceOf(members, follower);

        var back = await _harness.JoinAsync(instance: instance);

        Assert.Equal(ErrorCode.None, back.Error);
        Assert.NotEqual(follower.MemberId, back.MemberId);
        Assert.Equal(follower.Generation, back.Generation);
        Assert.Equal(GroupState.Stable, _harness.Group.DescribeClassic()!.State);
        Assert.Equal(
            "parts of " + follower.MemberId, GroupHarness.Text((await _harness.SyncAsync(back, instance)).Assignment));
        Assert.Equal(ErrorCode.FencedInstanceId, _harness.Heartbeat(follower, instance));
        Assert.Contains(
            _harness.Store.Groups[GroupHarness.GroupId].Members, member => member.MemberId == back.MemberId);
    }

    [Fact]
    public async Task Join_StaticLeaderRestarts_IsToldToKeepTheAssignment()
    {
        var members = await _harness.StableAsync(2, Instance);
        var leader = members.Single(member => member.MemberId == member.Leader);

        var back = await _harness.JoinAsync(instance: InstanceOf(members, leader), supportsSkipping: true);

        Assert.Equal(back.MemberId, back.Leader);
        Assert.True(back.SkipAssignment);
        Assert.Equal(2, back.Members.Count);
    }

    [Fact]
    public async Task Join_StaticLeaderOfOldClientRestarts_SeesItselfAsFollower()
    {
        var members = await _harness.StableAsync(2, Instance);
        var leader = members.Single(member => member.MemberId == member.Leader);

        var back = await _harness.JoinAsync(instance: InstanceOf(members, leader));

        Assert.NotEqual(back.MemberId, back.Leader);
        Assert.False(back.SkipAssignment);
        Assert.Empty(back.Members);
    }

    [Fact]
    public async Task Join_TwoWithOneInstance_FencesTheFirst()
    {
        var members = await _harness.StableAsync(2, Instance);
        var waiting = _harness.JoinAsync(members[0].MemberId, Instance(0), subscription: "changed");
        Assert.False(waiting.IsCompleted);

        var rival = _harness.JoinAsync(instance: Instance(0), subscription: "changed");

        Assert.Equal(ErrorCode.FencedInstanceId, (await waiting).Error);
        await _harness.JoinAsync(members[1].MemberId, Instance(1));
        Assert.Equal(ErrorCode.None, (await rival).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, _harness.Heartbeat(members[0], Instance(0)));
        Assert.Equal(
            ErrorCode.FencedInstanceId, (await _harness.JoinAsync(members[0].MemberId, Instance(0))).Error);
    }

    [Fact]
    public async Task Rebalance_StaticMemberAbsent_KeepsItsPlaceUntilItsSessionEnds()
    {
        var members = await _harness.StableAsync(2, Instance);
        var rejoin = _harness.JoinAsync(
            members[0].MemberId, Instance(0), subscription: "n", rebalanceTimeoutMs: 7_000, sessionTimeoutMs: 60_000);
        Assert.False(rejoin.IsCompleted);
        _harness.Time.AdvanceMs(10_001);

        // Its session (10 s) ended before the rebalance timeout (60 s) of the absent one: only the first is left.
        var joined = await rejoin;
        Assert.Equal(members[0].Generation + 1, joined.Generation);
        Assert.Single(joined.Members);
    }

    [Fact]
    public async Task Leave_ByInstanceAlone_RemovesTheStaticMember()
    {
        var members = await _harness.StableAsync(2, Instance);
        Assert.Equal(ErrorCode.None, _harness.Leave("", Instance(1)));
        Assert.Equal(ErrorCode.UnknownMemberId, _harness.Leave("", Instance(1)));
        Assert.Equal(
            ErrorCode.FencedInstanceId, _harness.Leave("somebody else", Instance(0)));
        Assert.Equal(ErrorCode.RebalanceInProgress, _harness.Heartbeat(members[0], Instance(0)));
    }

    private static string Instance(int index) => $"worker-{index}";

    private static string InstanceOf(JoinGroupResult[] members, JoinGroupResult member) =>
        Instance(Array.IndexOf(members, member));
}
