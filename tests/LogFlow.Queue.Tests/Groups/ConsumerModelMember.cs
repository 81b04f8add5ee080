using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>A member that follows the new group protocol, whatever happens around it.</summary>
internal sealed class ConsumerModelMember(string id, string topics, string? instance) : IModelMember
{
    private int _epoch;
    private PartitionAssignment _assigned = PartitionAssignment.Empty;
    private bool _mustSayAll = true;

    public string Id { get; private set; } = id;

    public string Topics => topics;

    public string? Instance => instance;

    public PartitionAssignment Owned { get; private set; } = PartitionAssignment.Empty;

    public async Task BeatAsync(ConsumerGroupHarness harness, bool isAnswerLost)
    {
        var result = await harness.BeatAsync(
            Id, _epoch,
            _mustSayAll ? topics : null,
            owned: _epoch == 0 ? PartitionAssignment.Empty : Owned,
            instance: instance,
            rebalanceMs: _mustSayAll ? 30_000 : -1);
        if (isAnswerLost)
        {
            // As clients do: after a lost answer the next request says everything.
            _mustSayAll = true;
            return;
        }

        switch (result.Error)
        {
            case ErrorCode.None:
                _epoch = result.MemberEpoch;
                _mustSayAll = false;
                _assigned = result.Assignment ?? _assigned;
                Owned = _assigned;
                break;
            case ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId or ErrorCode.GroupIdNotFound:
                (_epoch, _mustSayAll, Owned, _assigned) =
                    (0, true, PartitionAssignment.Empty, PartitionAssignment.Empty);
                break;
            case ErrorCode.CoordinatorNotAvailable or ErrorCode.UnreleasedInstanceId:
                _mustSayAll = true;
                break;
            default:
                Assert.Fail($"unexpected {result.Error}: {result.Message}");
                break;
        }
    }

    public Task LeaveAsync(ConsumerGroupHarness harness) => harness.BeatAsync(Id, -1, instance: instance);

    public void Reconnect()
    {
        // Every request is one answer long: the next one is the next.
    }

    /// <summary>A static member's process ends properly and starts again under another member id.</summary>
    public async Task ReturnAsync(ConsumerGroupHarness harness)
    {
        if (instance is null || _epoch == 0)
        {
            return;
        }

        await harness.BeatAsync(Id, -2, instance: instance);
        (Id, _epoch, _mustSayAll) = (Id + "'", 0, true);
        (Owned, _assigned) = (PartitionAssignment.Empty, PartitionAssignment.Empty);
    }
}
