using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

public sealed class GroupOffsetTests : IDisposable
{
    private const long DayMs = 86_400_000;
    private static readonly TopicPartition Logs0 = new("logs", 0);

    private readonly GroupHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Commit_ByMember_RoundTripsWithMetadataAndEpoch()
    {
        var member = (await _harness.StableAsync(1))[0];
        Assert.Equal(ErrorCode.None, await CommitAsync(member, 42, "cursor-ünïcode"));
        var committed = _harness.Group.GetOffset(Logs0)!;
        Assert.Equal((42, 3, "cursor-ünïcode"), (committed.Offset, committed.LeaderEpoch, committed.Metadata));
        Assert.Null(_harness.Group.GetOffset(new TopicPartition("logs", 1)));
    }

    [Fact]
    public async Task Commit_NotDurable_IsNotVisible()
    {
        var member = (await _harness.StableAsync(1))[0];
        _harness.Store.Hold();
        var commit = CommitAsync(member, 42);
        Assert.False(commit.IsCompleted);
        Assert.Null(_harness.Group.GetOffset(Logs0));
        _harness.Store.ReleaseHeld();
        Assert.Equal(ErrorCode.None, await commit);
        Assert.Equal(42, _harness.Group.GetOffset(Logs0)!.Offset);
    }

    [Fact]
    public async Task Commit_DiskRefuses_ChangesNothing()
    {
        var member = (await _harness.StableAsync(1))[0];
        await CommitAsync(member, 1);
        _harness.Store.Fails = true;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await CommitAsync(member, 2));
        Assert.Equal(1, _harness.Group.GetOffset(Logs0)!.Offset);
    }

    [Fact]
    public async Task Commit_ZombieOrStranger_IsRefused()
    {
        var member = (await _harness.StableAsync(1))[0];
        Assert.Equal(ErrorCode.IllegalGeneration, await CommitAsync(member with { Generation = 9 }, 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync(member with { MemberId = "ghost" }, 1));

        // A standalone consumer must not write into a living group.
        Assert.Equal(
            ErrorCode.UnknownMemberId,
            await CommitAsync(member with { MemberId = "", Generation = -1 }, 1));
    }

    [Fact]
    public async Task Commit_UnknownGroupWithGeneration_IsIllegal() =>
        Assert.Equal(
            ErrorCode.IllegalGeneration,
            await CommitAsync(new JoinGroupResult { MemberId = "m", Generation = 1 }, 1));

    [Fact]
    public async Task Commit_Standalone_MakesAGroupWithoutMembers()
    {
        Assert.Equal(ErrorCode.None, await CommitAsync(Standalone, 5));
        Assert.Equal(GroupState.Empty, _harness.Group.DescribeClassic()!.State);
        Assert.Equal(5, _harness.Group.GetOffset(Logs0)!.Offset);
    }

    [Fact]
    public async Task Commit_BetweenJoinAndSync_IsRebalanceInProgress()
    {
        var joined = await _harness.JoinAsync();
        Assert.Equal(ErrorCode.RebalanceInProgress, await CommitAsync(joined, 1));
    }

    [Fact]
    public async Task Commit_WhilePreparingRebalance_IsTaken()
    {
        var members = await _harness.StableAsync(2);
        _ = _harness.JoinAsync();
        Assert.Equal(ErrorCode.None, await CommitAsync(members[0], 8));
    }

    [Fact]
    public async Task Expiry_MembersAreThere_KeepsOffsets()
    {
        var member = (await _harness.StableAsync(1))[0];
        await CommitAsync(member, 1);
        for (var day = 0; day < 8 * 24 * 3600; day += 5)
        {
            _harness.Time.AdvanceMs(5_000);
            if (_harness.Heartbeat(member) != ErrorCode.None)
            {
                Assert.Fail("the session ended");
            }
        }

        Assert.NotNull(_harness.Group.GetOffset(Logs0));
    }

    [Fact]
    public async Task Expiry_EmptySinceSevenDays_DeletesOffsetsAndGroup()
    {
        var member = (await _harness.StableAsync(1))[0];
        await CommitAsync(member, 1);
        _harness.Leave(member.MemberId, null);

        _harness.Time.AdvanceMs((7 * DayMs) - 60_000);
        await _harness.Coordinator.ExpireAsync();
        Assert.NotNull(_harness.Group.GetOffset(Logs0));

        _harness.Time.AdvanceMs(DayMs);
        Assert.Null(_harness.Coordinator.Find(GroupHarness.GroupId));
        Assert.Empty(_harness.Store.Offsets);
        Assert.Empty(_harness.Store.Groups);
    }

    [Fact]
    public async Task Expiry_Standalone_CountsFromEachCommit()
    {
        await CommitAsync(Standalone, 1);
        _harness.Time.AdvanceMs(6 * DayMs);
        await CommitAsync(Standalone, 2);
        _harness.Time.AdvanceMs(2 * DayMs);
        Assert.Equal(2, _harness.Group.GetOffset(Logs0)!.Offset);
        _harness.Time.AdvanceMs(6 * DayMs);
        Assert.Null(_harness.Coordinator.Find(GroupHarness.GroupId));
    }

    [Fact]
    public async Task Delete_GroupWithMembers_IsRefused()
    {
        var member = (await _harness.StableAsync(1))[0];
        Assert.Equal(ErrorCode.NonEmptyGroup, await _harness.Coordinator.DeleteAsync(GroupHarness.GroupId));
        _harness.Leave(member.MemberId, null);
        Assert.Equal(ErrorCode.None, await _harness.Coordinator.DeleteAsync(GroupHarness.GroupId));
        Assert.Equal(ErrorCode.GroupIdNotFound, await _harness.Coordinator.DeleteAsync(GroupHarness.GroupId));
        Assert.Equal(1, (await _harness.JoinAsync()).Generation);
    }

    [Fact]
    public async Task ForgetTopic_DropsItsOffsetsOnly()
    {
        await CommitAsync(Standalone, 1);
        await _harness.Coordinator.CommitAsync(
            GroupHarness.GroupId, "", null, -1, [new(new TopicPartition("other", 0), new(2, 0, "", 0))]);
        await _harness.Coordinator.ForgetTopicAsync("logs");
        Assert.Null(_harness.Group.GetOffset(Logs0));
        Assert.NotNull(_harness.Group.GetOffset(new TopicPartition("other", 0)));
        Assert.Single(_harness.Store.Offsets);
    }

    private static JoinGroupResult Standalone => new() { MemberId = "", Generation = -1 };

    private Task<ErrorCode> CommitAsync(JoinGroupResult member, long offset, string metadata = "") =>
        _harness.Coordinator.CommitAsync(
            GroupHarness.GroupId,
            member.MemberId,
            null,
            member.Generation,
            [new(Logs0, new CommittedOffset(offset, 3, metadata, _harness.Time.GetUtcNow().ToUnixTimeMilliseconds()))])
            .AsTask();
}
