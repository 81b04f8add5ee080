using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Groups;

/// <summary>TxnOffsetCommit and what becomes of it: offsets that count once their transaction is committed.</summary>
internal sealed partial class ClassicGroup
{
    private readonly Dictionary<long, Dictionary<TopicPartition, CommittedOffset>> _pendingOffsets = [];

    /// <summary>The producers whose transactions have offsets here that are not decided.</summary>
    public IReadOnlyList<long> PendingProducers
    {
        get
        {
            lock (_lock)
            {
                return [.. _pendingOffsets.Keys];
            }
        }
    }

    /// <summary>
    /// Keeps offsets until the producer's transaction ends; returns when they are durable. Producers of before KIP-447
    /// name no member, and are believed.
    /// </summary>
    public async ValueTask<ErrorCode> CommitInTransactionAsync(
        long producerId,
        string memberId,
        string? groupInstanceId,
        int generation,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        ValueTask<ErrorCode> storing;
        lock (_lock)
        {
            var error = CheckTransactionalCommit(memberId, groupInstanceId, generation);
            if (error != ErrorCode.None || offsets.Count == 0)
            {
                return error;
            }

            storing = _store.SavePendingOffsetsAsync(GroupId, producerId, offsets);
        }

        if (await storing != ErrorCode.None)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (_lock)
        {
            foreach (var (partition, offset) in offsets)
            {
                AddPending(producerId, partition, offset);
            }
        }

        return ErrorCode.None;
    }

    /// <summary>The producer's transaction ended: its offsets count from now on, or never did.</summary>
    public async ValueTask<ErrorCode> EndTransactionAsync(long producerId, bool isCommit)
    {
        ValueTask<ErrorCode> storing;
        long sequence;
        KeyValuePair<TopicPartition, CommittedOffset>[] pending;
        lock (_lock)
        {
            if (!_pendingOffsets.TryGetValue(producerId, out var offsets))
            {
                return ErrorCode.None;
            }

            pending = [.. offsets];
            sequence = ++_commitSequence;
            storing = _store.EndTransactionAsync(GroupId, producerId, pending, isCommit);
        }

        if (await storing != ErrorCode.None)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (_lock)
        {
            _pendingOffsets.Remove(producerId);
            foreach (var (partition, offset) in isCommit ? pending : [])
            {
                if (!_offsets.TryGetValue(partition, out var entry) || entry.Sequence < sequence)
                {
                    _offsets[partition] = new OffsetEntry(offset, sequence);
                }
            }
        }

        return ErrorCode.None;
    }

    /// <summary>Whether an open transaction is about to change the partition's offset.</summary>
    public bool HasPendingOffset(TopicPartition partition)
    {
        lock (_lock)
        {
            foreach (var offsets in _pendingOffsets.Values)
            {
                if (offsets.ContainsKey(partition))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Open transactions commit nothing of a topic that was deleted; returns when that is durable.</summary>
    public async ValueTask ForgetPendingOffsetsAsync(string topic)
    {
        var storing = new List<Task<ErrorCode>>();
        lock (_lock)
        {
            foreach (var (producerId, offsets) in _pendingOffsets)
            {
                var forgotten = offsets.Where(offset => offset.Key.Topic == topic).ToArray();
                foreach (var (partition, _) in forgotten)
                {
                    offsets.Remove(partition);
                }

                if (forgotten.Length > 0)
                {
                    storing.Add(_store.EndTransactionAsync(GroupId, producerId, forgotten, isCommit: false).AsTask());
                }
            }
        }

        await Task.WhenAll(storing);
    }

    public void RestorePendingOffset(long producerId, TopicPartition partition, CommittedOffset offset)
    {
        lock (_lock)
        {
            AddPending(producerId, partition, offset);
        }
    }

    private void AddPending(long producerId, TopicPartition partition, CommittedOffset offset)
    {
        if (!_pendingOffsets.TryGetValue(producerId, out var offsets))
        {
            offsets = [];
            _pendingOffsets.Add(producerId, offsets);
        }

        offsets[partition] = offset;
    }

    /// <summary>The group is deleted: offsets of open transactions go first, as the store keeps order.</summary>
    private void DropPendingOffsets()
    {
        foreach (var (producerId, offsets) in _pendingOffsets)
        {
            _ = _store.EndTransactionAsync(GroupId, producerId, [.. offsets], isCommit: false).AsTask();
        }

        _pendingOffsets.Clear();
    }

    private ErrorCode CheckTransactionalCommit(string memberId, string? groupInstanceId, int generation)
    {
        if (_state == GroupState.Dead)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        if (_consumer is { } consumer)
        {
            return consumer.CheckTransactionalCommit(memberId, groupInstanceId, generation);
        }

        if (generation < 0 && (_state == GroupState.Empty || (memberId.Length == 0 && groupInstanceId is null)))
        {
            return ErrorCode.None;
        }

        var error = Identify(memberId, groupInstanceId, generation, out var member);
        if (error == ErrorCode.None)
        {
            Touch(member!);
        }

        return error;
    }
}
