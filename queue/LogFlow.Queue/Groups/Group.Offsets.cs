using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>OffsetCommit, OffsetFetch, OffsetDelete: where the group stands.</content>
internal sealed partial class Group
{
    /// <summary>
    /// Commits offsets; returns when they are durable. A generation below 0 is a consumer that manages its partitions
    /// itself, which is allowed only while the group has no members.
    /// </summary>
    public async ValueTask<ErrorCode> CommitAsync(
        GroupCaller committer,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets,
        bool knowsEpochs)
    {
        ValueTask<ErrorCode> storing;
        long change;
        lock (Lock)
        {
            var error = _isDead
                ? ErrorCode.CoordinatorNotAvailable
                : _membership.CheckCommit(committer, knowsEpochs);
            if (error != ErrorCode.None || offsets.Count == 0)
            {
                return error;
            }

            change = _offsets.BeginChange();
            var changes = new KeyValuePair<TopicPartition, CommittedOffset?>[offsets.Count];
            for (var i = 0; i < changes.Length; i++)
            {
                changes[i] = new(offsets[i].Key, offsets[i].Value);
            }

            storing = Environment.Store.SaveOffsetsAsync(GroupId, changes);
        }

        if (await storing != ErrorCode.None)
        {
            // A coordinator whose disk fails is none: clients look it up again, and try again.
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (Lock)
        {
            _offsets.Commit(offsets, change);
        }

        return ErrorCode.None;
    }

    public void RestoreOffset(TopicPartition partition, CommittedOffset offset)
    {
        lock (Lock)
        {
            _offsets.Restore(partition, offset);
        }
    }

    /// <summary>Null where nothing is committed.</summary>
    public CommittedOffset? GetOffset(TopicPartition partition)
    {
        lock (Lock)
        {
            return _offsets.Find(partition);
        }
    }

    public List<KeyValuePair<TopicPartition, CommittedOffset>> GetOffsets()
    {
        lock (Lock)
        {
            return _offsets.List();
        }
    }

    /// <summary>
    /// Whether the caller may read offsets as that member (OffsetFetch 9+); no member id: anyone may.
    /// </summary>
    public ErrorCode CheckFetch(string? memberId, int memberEpoch)
    {
        if (string.IsNullOrEmpty(memberId) || memberEpoch < 0)
        {
            return ErrorCode.None;
        }

        lock (Lock)
        {
            return _membership.CheckFetch(memberId, memberEpoch);
        }
    }

    /// <summary>Forgets the offsets of those partitions; returns when that is durable.</summary>
    public async ValueTask<ErrorCode> ForgetOffsetsAsync(Func<TopicPartition, CommittedOffset, bool> isForgotten)
    {
        ValueTask<ErrorCode> storing;
        long change;
        TopicPartition[] forgotten;
        lock (Lock)
        {
            forgotten = [.. _offsets.List().Where(offset => isForgotten(offset.Key, offset.Value))
                .Select(offset => offset.Key)];
            if (forgotten.Length == 0)
            {
                return ErrorCode.None;
            }

            change = _offsets.BeginChange();
            storing = Environment.Store.SaveOffsetsAsync(
                GroupId,
                [.. forgotten.Select(partition => KeyValuePair.Create(partition, (CommittedOffset?)null))]);
        }

        if (await storing != ErrorCode.None)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (Lock)
        {
            _offsets.Forget(forgotten, change);
        }

        return ErrorCode.None;
    }

    /// <summary>
    /// Forgets offsets that are past their retention: counted from when the group became empty; in a group that never
    /// had members, from each commit. Returns whether the group has nothing left and may be deleted.
    /// </summary>
    public async ValueTask<bool> ExpireOffsetsAsync()
    {
        long emptySinceMs;
        lock (Lock)
        {
            if (_isDead || !_membership.IsEmpty || _offsets.HasPending)
            {
                return false;
            }

            emptySinceMs = _membership.EmptySinceMs ?? long.MinValue;
        }

        var retentionMs = (long)Environment.Settings.OffsetsRetention.TotalMilliseconds;
        var oldestMs = Environment.WallClockMs - retentionMs;
        _ = await ForgetOffsetsAsync((_, offset) => Math.Max(emptySinceMs, offset.CommitTimeMs) < oldestMs);
        lock (Lock)
        {
            return !_isDead && _membership.IsEmpty && _offsets.Count == 0;
        }
    }
}
