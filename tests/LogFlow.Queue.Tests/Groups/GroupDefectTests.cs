using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Tests;

/// <summary>
/// A defect (an exception that is no refusal) between any two awaits of a group's work: it is seen by the coordinator's
/// owner, and leaves no group waiting for what does not come.
/// </summary>
public sealed class GroupDefectTests : IDisposable
{
    private readonly GroupHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sync_WriteThrows_MembersGoOnAndTheOwnerIsTold(bool isThrownLater)
    {
        var first = await _harness.JoinAsync();
        if (isThrownLater)
        {
            _harness.Store.Hold();
        }

        _harness.Store.Throws = true;
        var sync = _harness.SyncAsync(first, null, (first.MemberId, "all"));
        _harness.Store.ReleaseHeld();

        Assert.Equal(ErrorCode.RebalanceInProgress, (await sync).Error);
        var fault = await Assert.ThrowsAsync<BackgroundWorkException>(() => _harness.Coordinator.Completion);
        Assert.Equal("keeping an assignment", fault.Work);

        // The next generation can be stored: nothing is left over of the failed write.
        _harness.Store.Throws = false;
        var again = await _harness.JoinAsync(first.MemberId);
        Assert.Equal(ErrorCode.None, again.Error);
        Assert.Equal(ErrorCode.None, (await _harness.SyncAsync(again, null, (first.MemberId, "all"))).Error);
    }

    [Fact]
    public async Task LastMemberLeaves_WriteThrows_TheOwnerIsTold()
    {
        var members = await _harness.StableAsync(1);
        _harness.Store.Throws = true;
        Assert.Equal(ErrorCode.None, _harness.Leave(members[0].MemberId, null));
        var fault = await Assert.ThrowsAsync<BackgroundWorkException>(() => _harness.Coordinator.Completion);
        Assert.Equal("keeping an empty group", fault.Work);
    }

    [Fact]
    public async Task SessionOfTheNewProtocolEnds_WriteThrows_TheOwnerIsTold()
    {
        using var harness = new ConsumerGroupHarness();
        await harness.JoinAsync("a");
        harness.Store.Throws = true;
        harness.Groups.Time.AdvanceMs(120_000);
        var fault = await Assert.ThrowsAsync<BackgroundWorkException>(() => harness.Groups.Coordinator.Completion);
        Assert.Equal("a group's deadlines", fault.Work);
    }

    [Fact]
    public async Task Expiry_WriteThrows_TheOwnerIsTold()
    {
        Assert.Equal(ErrorCode.None, await _harness.Coordinator.CommitAsync(
            GroupHarness.GroupId, "", null, -1, [new(new TopicPartition("t", 0), new(7, -1, "", 0))]));
        _harness.Store.Throws = true;
        _harness.Time.AdvanceMs(8L * 24 * 3_600_000);
        var fault = await Assert.ThrowsAsync<BackgroundWorkException>(() => _harness.Coordinator.Completion);
        Assert.Equal("expiry of groups", fault.Work);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deletion_WriteThrows_TheGroupIsStillThere(bool isThrownLater)
    {
        await _harness.Coordinator.CommitAsync(
            GroupHarness.GroupId, "", null, -1, [new(new TopicPartition("t", 0), new(7, -1, "", 0))]);
        if (isThrownLater)
        {
            _harness.Store.Hold();
        }

        _harness.Store.Throws = true;
        var deletion = _harness.Coordinator.DeleteAsync(GroupHarness.GroupId).AsTask();
        _harness.Store.ReleaseHeld();
        await Assert.ThrowsAsync<InvalidOperationException>(() => deletion);
        Assert.Equal(7, _harness.Group.GetOffset(new TopicPartition("t", 0))!.Offset);
        _harness.Store.Throws = false;
        Assert.Equal(ErrorCode.None, await _harness.Coordinator.DeleteAsync(GroupHarness.GroupId));
    }

    [Fact]
    public async Task HeartbeatOfTheNewProtocol_WriteThrows_TheNextAnswerTellsTheAssignment()
    {
        using var harness = new ConsumerGroupHarness();
        harness.Topics.Set("t", 2);
        harness.Store.Throws = true;
        await Assert.ThrowsAsync<InvalidOperationException>(() => harness.JoinAsync("a"));
        harness.Store.Throws = false;
        var told = await harness.BeatAsync("a", 1);
        Assert.Equal(ErrorCode.None, told.Error);
        Assert.Equal(2, told.Assignment!.Count);
    }
}
