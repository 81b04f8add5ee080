using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Where a group stands: committed offsets, and those of transactions that are not decided. Belongs to its group and is
/// used under the group's lock. A change takes a number when it is handed to the store, and is applied when the disk
/// has it: two may become durable together and come back in either order, and the later one counts.
/// </summary>
internal sealed class GroupOffsets
{
    private readonly Dictionary<TopicPartition, Entry> _committed = [];
    private readonly Dictionary<long, Dictionary<TopicPartition, CommittedOffset>> _pending = [];
    private long _lastChange;

    /// <summary>Number of partitions with a committed offset.</summary>
    public int Count => _committed.Count;

    public bool HasPending => _pending.Count > 0;

    /// <summary>The producers whose transactions have offsets here that are not decided.</summary>
    public IReadOnlyList<long> PendingProducers => [.. _pending.Keys];

    /// <summary>The number of a change that is about to be handed to the store.</summary>
    public long BeginChange() => ++_lastChange;

    public void Commit(IEnumerable<KeyValuePair<TopicPartition, CommittedOffset>> offsets, long change)
    {
        foreach (var (partition, offset) in offsets)
        {
            if (!_committed.TryGetValue(partition, out var entry) || entry.Change < change)
            {
                _committed[partition] = new Entry(offset, change);
            }
        }
    }

    public void Restore(TopicPartition partition, CommittedOffset offset) =>
        _committed[partition] = new Entry(offset, 0);

    public void Forget(IEnumerable<TopicPartition> partitions, long change)
    {
        foreach (var partition in partitions)
        {
            if (_committed.TryGetValue(partition, out var entry) && entry.Change < change)
            {
                _committed.Remove(partition);
            }
        }
    }

    /// <summary>Null where nothing is committed.</summary>
    public CommittedOffset? Find(TopicPartition partition) => _committed.GetValueOrDefault(partition)?.Offset;

    public List<KeyValuePair<TopicPartition, CommittedOffset>> List()
    {
        var offsets = new List<KeyValuePair<TopicPartition, CommittedOffset>>(_committed.Count);
        foreach (var (partition, entry) in _committed)
        {
            offsets.Add(new(partition, entry.Offset));
        }

        return offsets;
    }

    public void AddPending(long producerId, TopicPartition partition, CommittedOffset offset)
    {
        if (!_pending.TryGetValue(producerId, out var offsets))
        {
            _pending.Add(producerId, offsets = []);
        }

        offsets[partition] = offset;
    }

    /// <summary>Null: the producer has none here.</summary>
    public KeyValuePair<TopicPartition, CommittedOffset>[]? FindPending(long producerId) =>
        _pending.TryGetValue(producerId, out var offsets) ? [.. offsets] : null;

    public bool HasPendingOffset(TopicPartition partition)
    {
        foreach (var offsets in _pending.Values)
        {
            if (offsets.ContainsKey(partition))
            {
                return true;
            }
        }

        return false;
    }

    public void RemovePending(long producerId) => _pending.Remove(producerId);

    /// <summary>Takes the pending offsets of a topic out; returns them by producer.</summary>
    public List<(long ProducerId, KeyValuePair<TopicPartition, CommittedOffset>[] Offsets)> TakePending(string topic)
    {
        var taken = new List<(long, KeyValuePair<TopicPartition, CommittedOffset>[])>();
        foreach (var (producerId, offsets) in _pending)
        {
            var those = offsets.Where(offset => offset.Key.Topic == topic).ToArray();
            foreach (var (partition, _) in those)
            {
                offsets.Remove(partition);
            }

            if (those.Length > 0)
            {
                taken.Add((producerId, those));
            }
        }

        return taken;
    }

    /// <summary>All that the store has of this, for a deletion.</summary>
    public GroupDeletion DescribeDeletion(string groupId, IReadOnlyCollection<string> memberIds) => new(
        groupId,
        [.. _committed.Keys],
        [.. _pending.SelectMany(producer => producer.Value.Keys.Select(partition => (producer.Key, partition)))],
        memberIds);

    private sealed record Entry(CommittedOffset Offset, long Change);
}
