using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>Offsets that are committed with a transaction: who may, and what becomes of them.</summary>
public sealed class GroupTransactionTests : IDisposable
{
    private const long ProducerId = 12;
    private static readonly TopicPartition Logs0 = new("logs", 0);

    private readonly GroupHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Commit_ByAMember_CountsFromTheEndOfTheTransaction()
    {
        var member = (await _harness.StableAsync(1))[0];
        Assert.Equal(ErrorCode.None, await CommitAsync(member.MemberId, member.Generation, 42));
        Assert.Null(_harness.Group.GetOffset(Logs0));
        Assert.True(_harness.Group.HasPendingOffset(Logs0));
        Assert.Single(_harness.Store.PendingOffsets);
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));
        Assert.Equal(42, _harness.Group.GetOffset(Logs0)!.Offset);
        Assert.False(_harness.Group.HasPendingOffset(Logs0));
        Assert.Empty(_harness.Store.PendingOffsets);
        Assert.Equal(42, _harness.Store.Offsets[(GroupHarness.GroupId, Logs0)].Offset);
    }

    [Fact]
    public async Task Abort_ForgetsTheOffsets_AndTellingItTwiceDoesNoHarm()
    {
        Assert.Equal(ErrorCode.None, await CommitAsync("", -1, 1));
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));
        Assert.Equal(ErrorCode.None, await CommitAsync("", -1, 2));
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: false));
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: false));
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));
        Assert.Equal(1, _harness.Group.GetOffset(Logs0)!.Offset);
        Assert.Empty(_harness.Store.PendingOffsets);
    }

    [Fact]
    public async Task Commit_ZombieOrStranger_IsRefused()
    {
        var members = await _harness.StableAsync(2, i => $"instance{i}");
        var member = members[0];
        Assert.Equal(ErrorCode.IllegalGeneration, await CommitAsync(member.MemberId, member.Generation - 1, 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync("ghost", member.Generation, 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync("ghost", -1, 1));
        Assert.Equal(
            ErrorCode.FencedInstanceId, await CommitAsync(members[1].MemberId, member.Generation, 1, "instance0"));

        // Producers of before KIP-447 name nobody.
        Assert.Equal(ErrorCode.None, await CommitAsync("", -1, 1));
    }

    [Fact]
    public async Task Commit_BetweenJoinAndSync_IsTaken()
    {
        var joined = await _harness.JoinAsync();
        Assert.Equal(ErrorCode.None, await CommitAsync(joined.MemberId, joined.Generation, 1));
    }

    [Fact]
    public async Task Commit_UnknownGroupWithGeneration_IsIllegal() =>
        Assert.Equal(ErrorCode.IllegalGeneration, await CommitAsync("m", 1, 1));

    [Fact]
    public async Task Store_Refuses_NothingIsPendingAndAnEndIsTriedAgain()
    {
        _harness.Store.Fails = true;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await CommitAsync("", -1, 1));
        Assert.False(_harness.Group.HasPendingOffset(Logs0));
        _harness.Store.Fails = false;
        Assert.Equal(ErrorCode.None, await CommitAsync("", -1, 1));
        _harness.Store.Fails = true;
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await EndAsync(isCommit: true));
        Assert.True(_harness.Group.HasPendingOffset(Logs0));
        _harness.Store.Fails = false;
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));
        Assert.Equal(1, _harness.Group.GetOffset(Logs0)!.Offset);
    }

    [Fact]
    public async Task Expiry_PendingOffsets_KeepTheGroup()
    {
        Assert.Equal(ErrorCode.None, await CommitAsync("", -1, 1));
        _harness.Time.AdvanceMs(30L * 86_400_000);
        await _harness.Coordinator.ExpireAsync();
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));
        Assert.Equal(1, _harness.Group.GetOffset(Logs0)!.Offset);
    }

    [Fact]
    public async Task Delete_PendingOffsets_GoWithTheGroup()
    {
        Assert.Equal(ErrorCode.None, await CommitAsync("", -1, 1));
        Assert.Equal(ErrorCode.None, await _harness.Coordinator.DeleteAsync(GroupHarness.GroupId));
        Assert.Empty(_harness.Store.PendingOffsets);
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));
        Assert.Null(_harness.Coordinator.Find(GroupHarness.GroupId));
    }

    [Fact]
    public async Task ForgetTopic_PendingOffsetsOfIt_NeverCount()
    {
        Assert.Equal(ErrorCode.None, await CommitAsync("", -1, 1));
        await _harness.Coordinator.ForgetTopicAsync("logs");
        Assert.False(_harness.Group.HasPendingOffset(Logs0));
        Assert.Empty(_harness.Store.PendingOffsets);
        Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));
        Assert.Null(_harness.Group.GetOffset(Logs0));
        Assert.Empty(_harness.Store.Offsets);
    }

    private async Task<ErrorCode> CommitAsync(string memberId, int generation, long offset, string? instance = null) =>
        await _harness.Coordinator.CommitInTransactionAsync(
            GroupHarness.GroupId,
            ProducerId,
            memberId,
            instance,
            generation,
            [new(Logs0, new CommittedOffset(offset, -1, "note", 0))]);

    private async Task<ErrorCode> EndAsync(bool isCommit) =>
        await _harness.Coordinator.EndTransactionAsync(GroupHarness.GroupId, ProducerId, isCommit);
}
