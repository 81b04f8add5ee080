using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>Who may commit and read offsets, and what topics are read.</content>
internal sealed partial class ClassicMembership
{
    public ErrorCode CheckCommit(in GroupCaller committer, bool knowsEpochs)
    {
        if (committer.Generation < 0 && _state == GroupState.Empty)
        {
            return ErrorCode.None;
        }

        var error = Identify(committer.MemberId, committer.InstanceId, committer.Generation, out var member);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (_state == GroupState.CompletingRebalance)
        {
            return ErrorCode.RebalanceInProgress;
        }

        Touch(member!);
        return ErrorCode.None;
    }

    public ErrorCode CheckTransactionalCommit(in GroupCaller committer)
    {
        if (committer.Generation < 0 && (_state == GroupState.Empty || committer.IsNobody))
        {
            return ErrorCode.None;
        }

        var error = Identify(committer.MemberId, committer.InstanceId, committer.Generation, out var member);
        if (error == ErrorCode.None)
        {
            Touch(member!);
        }

        return error;
    }

    public ErrorCode CheckFetch(string memberId, int memberEpoch) =>
        Identify(memberId, null, memberEpoch, out _) switch
        {
            ErrorCode.IllegalGeneration => ErrorCode.StaleMemberEpoch,
            var error => error,
        };

    public bool IsSubscribedTo(string topic)
    {
        foreach (var member in _members.Values)
        {
            if (!ConsumerSubscription.TryContains(member.MetadataFor(_protocolName ?? ""), topic, out var contains)
                || contains)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Hands the group to the store. The first write that the disk takes also makes it forget the group as it was by
    /// the new protocol: all or nothing, so that a restart finds the one or the other. Under the lock.
    /// </summary>
    private ValueTask<ErrorCode> SaveAsync(GroupSnapshot snapshot) => _predecessor is { } predecessor
        ? SaveSuccessorAsync(predecessor with { Successor = snapshot })
        : _environment.Store.SaveGroupAsync(snapshot);

    private async ValueTask<ErrorCode> SaveSuccessorAsync(ConsumerGroupChange change)
    {
        var error = await _environment.Store.SaveConsumerGroupAsync(change);
        if (error == ErrorCode.None)
        {
            lock (_group.Lock)
            {
                _predecessor = null;
            }
        }

        return error;
    }
}
