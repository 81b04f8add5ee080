using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>A store that keeps what it is given, can fail, and can be held back to look at what waits for it.</summary>
internal sealed class MemoryGroupStore : IGroupStore
{
    private TaskCompletionSource? _held;

    public Dictionary<string, GroupSnapshot> Groups { get; } = [];

    public Dictionary<(string Group, TopicPartition Partition), CommittedOffset> Offsets { get; } = [];

    public Dictionary<string, IReadOnlyDictionary<string, string>> Configs { get; } = [];

    public Dictionary<string, (ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> ConsumerEntries { get; } = [];

    public Dictionary<(string GroupId, long ProducerId, TopicPartition Partition), CommittedOffset> PendingOffsets
    {
        get;
    } = [];

    public bool Fails { get; set; }

    /// <summary>Not a refusal but a defect: what is written throws.</summary>
    public bool Throws { get; set; }

    public void Hold() => _held = new TaskCompletionSource();

    public void ReleaseHeld()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public async ValueTask<ErrorCode> SaveGroupAsync(GroupSnapshot group)
    {
        if (!await IsTakenAsync())
        {
            return ErrorCode.KafkaStorageError;
        }

        // Through the bytes, so that every test also tests the encoding.
        Groups[group.GroupId] = GroupStateCodec.DecodeGroup(group.GroupId, GroupStateCodec.EncodeGroup(group));
        return ErrorCode.None;
    }

    public async ValueTask<ErrorCode> SaveConsumerGroupAsync(ConsumerGroupChange change)
    {
        // The bytes of the moment of the call, as the real store takes them.
        var entries = ConsumerGroupCodec.Encode(change);
        if (!await IsTakenAsync())
        {
            return ErrorCode.KafkaStorageError;
        }

        foreach (var (key, value) in entries)
        {
            if (!ConsumerGroupCodec.TryReadKey(key, out _, out _))
            {
                continue;
            }

            if (value is null)
            {
                ConsumerEntries.Remove(Convert.ToHexString(key.Span));
            }
            else
            {
                ConsumerEntries[Convert.ToHexString(key.Span)] = (key, value.Value);
            }
        }

        if (change.Successor is { } classic)
        {
            Groups[change.GroupId] =
                GroupStateCodec.DecodeGroup(change.GroupId, GroupStateCodec.EncodeGroup(classic));
        }
        else if (change.Group is not null)
        {
            Groups.Remove(change.GroupId);
        }

        return ErrorCode.None;
    }

    /// <summary>Brings the groups of the new protocol back, as after a restart.</summary>
    public void LoadConsumerGroups(GroupCoordinator coordinator)
    {
        foreach (var (groupId, overrides) in Configs)
        {
            coordinator.Configs.Restore(groupId, overrides);
        }

        var loader = new ConsumerGroupLoader();
        foreach (var (key, value) in ConsumerEntries.Values)
        {
            Assert.True(loader.TryTake(key, value));
        }

        loader.Restore(coordinator);
    }

    public async ValueTask<ErrorCode> SaveOffsetsAsync(
        string groupId, IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset?>> offsets)
    {
        if (!await IsTakenAsync())
        {
            return ErrorCode.KafkaStorageError;
        }

        foreach (var (partition, offset) in offsets)
        {
            if (offset is null)
            {
                Offsets.Remove((groupId, partition));
            }
            else
            {
                Offsets[(groupId, partition)] = GroupStateCodec.DecodeOffset(GroupStateCodec.EncodeOffset(offset));
            }
        }

        return ErrorCode.None;
    }

    public async ValueTask<ErrorCode> SavePendingOffsetsAsync(
        string groupId, long producerId, IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        if (!await IsTakenAsync())
        {
            return ErrorCode.KafkaStorageError;
        }

        foreach (var (partition, offset) in offsets)
        {
            // Through the bytes, as above.
            var key = PendingOffsetCodec.DecodeKey(PendingOffsetCodec.EncodeKey(groupId, producerId, partition));
            PendingOffsets[key] = GroupStateCodec.DecodeOffset(GroupStateCodec.EncodeOffset(offset));
        }

        return ErrorCode.None;
    }

    public async ValueTask<ErrorCode> EndTransactionAsync(
        string groupId,
        long producerId,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> pending,
        bool isCommit)
    {
        if (!await IsTakenAsync())
        {
            return ErrorCode.KafkaStorageError;
        }

        foreach (var (partition, offset) in pending)
        {
            PendingOffsets.Remove((groupId, producerId, partition));
            if (isCommit)
            {
                Offsets[(groupId, partition)] = offset;
            }
        }

        return ErrorCode.None;
    }

    public async ValueTask<ErrorCode> SaveConfigAsync(string groupId, IReadOnlyDictionary<string, string> overrides)
    {
        if (!await IsTakenAsync())
        {
            return ErrorCode.KafkaStorageError;
        }

        Configs[GroupConfigCodec.DecodeKey(GroupConfigCodec.EncodeKey(groupId))] =
            GroupConfigCodec.Decode(GroupConfigCodec.Encode(overrides));
        return ErrorCode.None;
    }

    public async ValueTask<ErrorCode> DeleteGroupAsync(GroupDeletion deletion)
    {
        if (!await IsTakenAsync())
        {
            return ErrorCode.KafkaStorageError;
        }

        Groups.Remove(deletion.GroupId);
        ConsumerEntries.Remove(Convert.ToHexString(ConsumerGroupCodec.GroupKey(deletion.GroupId)));
        foreach (var memberId in deletion.MemberIds)
        {
            ConsumerEntries.Remove(Convert.ToHexString(ConsumerGroupCodec.MemberKey(deletion.GroupId, memberId)));
        }

        foreach (var (producerId, partition) in deletion.PendingOffsets)
        {
            PendingOffsets.Remove((deletion.GroupId, producerId, partition));
        }

        foreach (var partition in deletion.Offsets)
        {
            Offsets.Remove((deletion.GroupId, partition));
        }

        return ErrorCode.None;
    }

    private async ValueTask<bool> IsTakenAsync()
    {
        if (_held is { } held)
        {
            await held.Task;
        }

        if (Throws)
        {
            throw new InvalidOperationException("thrown by the store");
        }

        return !Fails;
    }
}
