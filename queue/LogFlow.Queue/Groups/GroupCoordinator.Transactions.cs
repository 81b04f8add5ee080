using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>Offsets that are committed as part of transactions.</content>
internal sealed partial class GroupCoordinator
{
    /// <summary>Keeps offsets until the producer's transaction ends; durable when it returns.</summary>
    public ValueTask<ErrorCode> CommitInTransactionAsync(
        string groupId,
        long producerId,
        string memberId,
        string? groupInstanceId,
        int generation,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets) => CommitToLivingAsync(
        groupId,
        generation,
        group => group.CommitInTransactionAsync(
            producerId, new GroupCaller(memberId, groupInstanceId, generation), offsets));

    /// <summary>Tells a group of a transaction's outcome; a group that is gone needs not know.</summary>
    public async ValueTask<ErrorCode> EndTransactionAsync(string groupId, long producerId, bool isCommit)
    {
        if (Find(groupId) is not { } group)
        {
            return ErrorCode.None;
        }

        var error = await group.EndTransactionAsync(producerId, isCommit);
        if (error == ErrorCode.None && isCommit)
        {
            _environment.Metrics.OffsetsCommitted();
        }

        return error;
    }

    /// <summary>The groups and producers of transactions that are not decided.</summary>
    public IReadOnlyList<(string GroupId, long ProducerId)> ListPendingTransactions()
    {
        var pending = new List<(string, long)>();
        foreach (var group in _groups.Values)
        {
            foreach (var producerId in group.PendingProducers)
            {
                pending.Add((group.GroupId, producerId));
            }
        }

        return pending;
    }

    /// <summary>
    /// Commits to the group, which is made where the commit names no generation; again where it is deleted meanwhile.
    /// </summary>
    private async ValueTask<ErrorCode> CommitToLivingAsync(
        string groupId, int generation, Func<Group, ValueTask<ErrorCode>> commit)
    {
        while (true)
        {
            var group = Find(groupId);
            if (group is null)
            {
                if (generation >= 0)
                {
                    return ErrorCode.IllegalGeneration;
                }

                group = GetOrCreate(groupId);
            }

            var error = await commit(group);
            if (error != ErrorCode.CoordinatorNotAvailable || !group.IsDead)
            {
                return error;
            }
        }
    }
}
