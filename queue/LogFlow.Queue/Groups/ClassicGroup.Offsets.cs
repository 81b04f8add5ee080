using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Groups;

/// <summary>OffsetCommit, OffsetFetch, OffsetDelete: where the group stands.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>
    /// Commits offsets; returns when they are durable. A generation below 0 is a consumer that manages its partitions
    /// itself, which is allowed only while the group has no members.
    /// </summary>
    public async ValueTask<ErrorCode> CommitAsync(
        string memberId,
        string? groupInstanceId,
        int generation,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        ValueTask<ErrorCode> storing;
        long sequence;
        lock (_lock)
        {
            var error = CheckCommit(memberId, groupInstanceId, generation);
            if (error != ErrorCode.None || offsets.Count == 0)
            {
                return error;
            }

            sequence = ++_commitSequence;
            var changes = new KeyValuePair<TopicPartition, CommittedOffset?>[offsets.Count];
            for (var i = 0; i < changes.Length; i++)
            {
                changes[i] = new(offsets[i].Key, offsets[i].Value);
            }

            storing = _store.SaveOffsetsAsync(GroupId, changes);
        }

        if (await storing != ErrorCode.None)
        {
            // A coordinator whose disk fails is none: clients look it up again, and try again.
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (_lock)
        {
            foreach (var (partition, offset) in offsets)
            {
                // Two commits may become durable together and come back in either order; the later one counts.
                if (!_offsets.TryGetValue(partition, out var entry) || entry.Sequence < sequence)
                {
                    _offsets[partition] = new OffsetEntry(offset, sequence);
                }
            }
        }

        return ErrorCode.None;
    }

    public void RestoreOffset(TopicPartition partition, CommittedOffset offset)
    {
        lock (_lock)
        {
            _offsets[partition] = new OffsetEntry(offset, 0);
        }
    }

    /// <summary>Null where nothing is committed.</summary>
    public CommittedOffset? GetOffset(TopicPartition partition)
    {
        lock (_lock)
        {
            return _offsets.GetValueOrDefault(partition)?.Offset;
        }
    }

    public List<KeyValuePair<TopicPartition, CommittedOffset>> GetOffsets()
    {
        lock (_lock)
        {
            var offsets = new List<KeyValuePair<TopicPartition, CommittedOffset>>(_offsets.Count);
            foreach (var (partition, entry) in _offsets)
            {
                offsets.Add(new(partition, entry.Offset));
            }

            return offsets;
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

        lock (_lock)
        {
            if (_consumer is { } consumer)
            {
                return consumer.CheckMember(memberId, memberEpoch, mayBeNobody: false);
            }

            return Identify(memberId, null, memberEpoch, out _) switch
            {
                ErrorCode.IllegalGeneration => ErrorCode.StaleMemberEpoch,
                var error => error,
            };
        }
    }

    /// <summary>
    /// Whether a member of the group reads <paramref name="topic"/>; unknown assignors count as reading.
    /// </summary>
    public bool IsSubscribedTo(string topic)
    {
        lock (_lock)
        {
            if (_consumer is { } consumer)
            {
                return consumer.IsSubscribedTo(topic);
            }

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
    }

    /// <summary>Forgets the offsets of those partitions; returns when that is durable.</summary>
    public async ValueTask<ErrorCode> ForgetOffsetsAsync(Func<TopicPartition, CommittedOffset, bool> isForgotten)
    {
        ValueTask<ErrorCode> storing;
        long sequence;
        var changes = new List<KeyValuePair<TopicPartition, CommittedOffset?>>();
        lock (_lock)
        {
            foreach (var (partition, entry) in _offsets)
            {
                if (isForgotten(partition, entry.Offset))
                {
                    changes.Add(new(partition, null));
                }
            }

            if (changes.Count == 0)
            {
                return ErrorCode.None;
            }

            sequence = ++_commitSequence;
            storing = _store.SaveOffsetsAsync(GroupId, changes);
        }

        if (await storing != ErrorCode.None)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        lock (_lock)
        {
            foreach (var (partition, _) in changes)
            {
                if (_offsets.TryGetValue(partition, out var entry) && entry.Sequence < sequence)
                {
                    _offsets.Remove(partition);
                }
            }
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
        bool everHadMembers;
        lock (_lock)
        {
            if (_state != GroupState.Empty || _pendingMembers.Count > 0 || _pendingOffsets.Count > 0)
            {
                return false;
            }

            emptySinceMs = _stateChangedMs;
            everHadMembers = !string.IsNullOrEmpty(_protocolType);
            if (_consumer?.Describe() is { } consumer)
            {
                if (consumer.Members.Count > 0)
                {
                    return false;
                }

                (emptySinceMs, everHadMembers) = (consumer.ChangedMs, true);
            }
        }

        var oldestMs = WallClockMs - (long)_settings.OffsetsRetention.TotalMilliseconds;
        _ = await ForgetOffsetsAsync((_, offset) =>
            (everHadMembers ? Math.Max(emptySinceMs, offset.CommitTimeMs) : offset.CommitTimeMs) < oldestMs);
        lock (_lock)
        {
            return _state == GroupState.Empty && _offsets.Count == 0 && _pendingMembers.Count == 0;
        }
    }

    private ErrorCode CheckCommit(string memberId, string? groupInstanceId, int generation)
    {
        if (_state == GroupState.Dead)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        if (_consumer is { } consumer)
        {
            return consumer.CheckMember(memberId, generation, mayBeNobody: false);
        }

        if (generation < 0 && _state == GroupState.Empty)
        {
            return ErrorCode.None;
        }

        var error = Identify(memberId, groupInstanceId, generation, out var member);
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
}
