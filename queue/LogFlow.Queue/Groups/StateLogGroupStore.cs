using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// Groups and committed offsets in a <see cref="StateLog"/>, group-committed with the record batches.
/// </summary>
internal sealed class StateLogGroupStore(StateLog log) : IGroupStore
{
    /// <summary>
    /// What members say of themselves and are assigned, of one group, at most. More is refused: one write of the state
    /// log ends at 256 MiB, and nobody's subscription comes near (Kafka's limit is one record of a topic, 1 MB).
    /// </summary>
    private const long GroupBytesMax = 64 << 20;

    public ValueTask<ErrorCode> SaveGroupAsync(GroupSnapshot group) => group.ContentBytes > GroupBytesMax
        ? new(ErrorCode.MessageTooLarge)
        : log.WriteAsync(
            [StateChange.Set(GroupStateCodec.GroupKey(group.GroupId), GroupStateCodec.EncodeGroup(group))]);

    public ValueTask<ErrorCode> SaveConsumerGroupAsync(ConsumerGroupChange change) =>
        change.ContentBytes > GroupBytesMax
            ? new(ErrorCode.MessageTooLarge)
            : log.WriteAsync(ConsumerGroupCodec.Encode(change));

    public ValueTask<ErrorCode> SaveOffsetsAsync(
        string groupId, IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset?>> offsets)
    {
        var changes = new StateChange[offsets.Count];
        for (var i = 0; i < changes.Length; i++)
        {
            var (partition, offset) = offsets[i];
            changes[i] = new StateChange(
                GroupStateCodec.OffsetKey(groupId, partition),
                offset is null ? null : (ReadOnlyMemory<byte>?)GroupStateCodec.EncodeOffset(offset));
        }

        return log.WriteAsync(changes);
    }

    public ValueTask<ErrorCode> SavePendingOffsetsAsync(
        string groupId, long producerId, IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        var changes = new StateChange[offsets.Count];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i] = StateChange.Set(
                PendingOffsetCodec.EncodeKey(groupId, producerId, offsets[i].Key),
                GroupStateCodec.EncodeOffset(offsets[i].Value));
        }

        return log.WriteAsync(changes);
    }

    public ValueTask<ErrorCode> EndTransactionAsync(
        string groupId,
        long producerId,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> pending,
        bool isCommit)
    {
        var changes = new List<StateChange>(pending.Count * 2);
        foreach (var (partition, offset) in pending)
        {
            changes.Add(StateChange.Remove(PendingOffsetCodec.EncodeKey(groupId, producerId, partition)));
            if (isCommit)
            {
                changes.Add(StateChange.Set(
                    GroupStateCodec.OffsetKey(groupId, partition), GroupStateCodec.EncodeOffset(offset)));
            }
        }

        return log.WriteAsync(changes.ToArray());
    }

    public ValueTask<ErrorCode> SaveConfigAsync(string groupId, IReadOnlyDictionary<string, string> overrides)
    {
        var key = GroupConfigCodec.EncodeKey(groupId);
        return log.WriteAsync(
            [
                overrides.Count == 0
                    ? StateChange.Remove(key)
                    : StateChange.Set(key, GroupConfigCodec.Encode(overrides)),
            ]);
    }

    public ValueTask<ErrorCode> DeleteGroupAsync(GroupDeletion deletion)
    {
        var (groupId, offsets, pendingOffsets, memberIds) = deletion;
        var changes = new List<StateChange>(offsets.Count + pendingOffsets.Count + memberIds.Count + 2)
        {
            StateChange.Remove(GroupStateCodec.GroupKey(groupId)),
            StateChange.Remove(ConsumerGroupCodec.GroupKey(groupId)),
        };
        foreach (var memberId in memberIds)
        {
            changes.Add(StateChange.Remove(ConsumerGroupCodec.MemberKey(groupId, memberId)));
        }

        foreach (var (producerId, partition) in pendingOffsets)
        {
            changes.Add(StateChange.Remove(PendingOffsetCodec.EncodeKey(groupId, producerId, partition)));
        }

        foreach (var partition in offsets)
        {
            changes.Add(StateChange.Remove(GroupStateCodec.OffsetKey(groupId, partition)));
        }

        return log.WriteAsync(changes.ToArray());
    }

    /// <summary>Brings back every group and offset. Offsets may stand without a group (standalone consumers).</summary>
    public void Load(GroupCoordinator coordinator)
    {
        var consumerGroups = new ConsumerGroupLoader();
        foreach (var (key, value) in log.GetEntries())
        {
            if (consumerGroups.TryTake(key, value))
            {
                continue;
            }

            if (GroupConfigCodec.IsKey(key))
            {
                coordinator.Configs.Restore(GroupConfigCodec.DecodeKey(key), GroupConfigCodec.Decode(value));
                continue;
            }

            if (PendingOffsetCodec.IsKey(key))
            {
                var pending = PendingOffsetCodec.DecodeKey(key);
                coordinator.Restore(pending.GroupId).RestorePendingOffset(
                    pending.ProducerId, pending.Partition, GroupStateCodec.DecodeOffset(value));
                continue;
            }

            var groupId = GroupStateCodec.ReadKey(key, out var partition);
            var group = coordinator.Restore(groupId);
            if (partition is { } committed)
            {
                group.RestoreOffset(committed, GroupStateCodec.DecodeOffset(value));
            }
            else
            {
                group.Restore(GroupStateCodec.DecodeGroup(groupId, value));
                consumerGroups.Drop(groupId);
            }
        }

        consumerGroups.Restore(coordinator);
    }
}
