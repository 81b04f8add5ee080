namespace LogFlow.Queue;

/// <summary>Collects a <see cref="PartitionAssignment"/> partition by partition.</summary>
internal sealed class PartitionAssignmentBuilder
{
    private readonly Dictionary<Guid, List<int>> _topics = [];

    public int Count { get; private set; }

    /// <summary>The caller adds each partition once.</summary>
    public void Add(Guid topic, int partition)
    {
        if (!_topics.TryGetValue(topic, out var partitions))
        {
            _topics[topic] = partitions = [];
        }

        partitions.Add(partition);
        Count++;
    }

    /// <summary>Takes away the partition of that topic that was added last.</summary>
    public int RemoveLast(Guid topic)
    {
        var partitions = _topics[topic];
        var last = partitions[^1];
        partitions.RemoveAt(partitions.Count - 1);
        Count--;
        return last;
    }

    public int CountOf(Guid topic) => _topics.TryGetValue(topic, out var partitions) ? partitions.Count : 0;

    public PartitionAssignment Build() => PartitionAssignment.Create(
        _topics.Select(topic => KeyValuePair.Create(topic.Key, (IEnumerable<int>)topic.Value)));
}
