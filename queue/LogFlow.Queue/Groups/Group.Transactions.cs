using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>TxnOffsetCommit and what becomes of it: offsets that count once their transaction is committed.</content>
internal sealed partial class Group
{
    /// <summary>The producers whose transactions have offsets here that are not decided.</summary>
    public IReadOnlyList<long> PendingProducers
    {
        get
        {
            lock (Lock)
            {
                return _offsets.PendingProducers;
            }
        }
    }

    /// <summary>Keeps offsets until the producer's transaction ends; returns when they are durable.</summary>
    public async ValueTask<ErrorCode> CommitInTransactionAsync(
        long producerId,
        GroupCaller committer,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        ValueTask<ErrorCode> storing;
        lock (Lock)
        {
            var error = _isDead
                ? ErrorCode.CoordinatorNotAvailable
                : _membership.CheckTransactionalCommit(committer);
            if (error != ErrorCode.None || offsets.Count == 0)
            {
                return error;
            }

            storing = Environment.Store.SavePendingOffsetsAsync(GroupId, producerId, offsets);
        }

        if (await storing != ErrorCode.None)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (Lock)
        {
            foreach (var (partition, offset) in offsets)
            {
                _offsets.AddPending(producerId, partition, offset);
            }
        }

        return ErrorCode.None;
    }

    /// <summary>The producer's transaction ended: its offsets count from now on, or never did.</summary>
    public async ValueTask<ErrorCode> EndTransactionAsync(long producerId, bool isCommit)
    {
        ValueTask<ErrorCode> storing;
        long change;
        KeyValuePair<TopicPartition, CommittedOffset>[] pending;
        lock (Lock)
        {
            if (_offsets.FindPending(producerId) is not { } found)
            {
                return ErrorCode.None;
            }

            if (_isDead)
            {
                // Its deletion takes them along; if the disk refuses that, they are asked for again.
                return ErrorCode.CoordinatorNotAvailable;
            }

            pending = found;
            change = _offsets.BeginChange();
            storing = Environment.Store.EndTransactionAsync(GroupId, producerId, pending, isCommit);
        }

        if (await storing != ErrorCode.None)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (Lock)
        {
            _offsets.RemovePending(producerId);
            if (isCommit)
            {
                _offsets.Commit(pending, change);
            }
        }

        return ErrorCode.None;
    }

    /// <summary>Whether an open transaction is about to change the partition's offset.</summary>
    public bool HasPendingOffset(TopicPartition partition)
    {
        lock (Lock)
        {
            return _offsets.HasPendingOffset(partition);
        }
    }

    /// <summary>Open transactions commit nothing of a topic that was deleted; returns when that is durable.</summary>
    public async ValueTask ForgetPendingOffsetsAsync(string topic)
    {
        var storing = new List<Task<ErrorCode>>();
        lock (Lock)
        {
            foreach (var (producerId, offsets) in _offsets.TakePending(topic))
            {
                storing.Add(Environment.Store.EndTransactionAsync(
                    GroupId, producerId, offsets, isCommit: false).AsTask());
            }
        }

        await Task.WhenAll(storing);
    }

    public void RestorePendingOffset(long producerId, TopicPartition partition, CommittedOffset offset)
    {
        lock (Lock)
        {
            _offsets.AddPending(producerId, partition, offset);
        }
    }
}
