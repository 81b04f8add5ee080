using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Queue;

/// <summary>A set of partitions by topic id. Immutable: a group, its store and its answers share one safely.</summary>
internal sealed class PartitionAssignment : IEquatable<PartitionAssignment>
{
    private readonly Dictionary<Guid, int[]> _partitions;

    private PartitionAssignment(Dictionary<Guid, int[]> partitions)
    {
        _partitions = partitions;
        foreach (var topic in partitions.Values)
        {
            Count += topic.Length;
        }
    }

    public static PartitionAssignment Empty { get; } = new([]);

    /// <summary>Partition numbers by topic, each list sorted and not empty.</summary>
    public IReadOnlyDictionary<Guid, int[]> Topics => _partitions;

    /// <summary>Number of partitions.</summary>
    public int Count { get; }

    public bool IsEmpty => Count == 0;

    /// <summary>Takes the lists in any order and with repetitions.</summary>
    public static PartitionAssignment Create(IEnumerable<KeyValuePair<Guid, IEnumerable<int>>> topics)
    {
        var partitions = new Dictionary<Guid, int[]>();
        foreach (var (topic, numbers) in topics)
        {
            var sorted = new SortedSet<int>(numbers);
            if (partitions.TryGetValue(topic, out var present))
            {
                sorted.UnionWith(present);
            }

            if (sorted.Count > 0)
            {
                partitions[topic] = [.. sorted];
            }
        }

        return partitions.Count == 0 ? Empty : new PartitionAssignment(partitions);
    }

    public bool Contains(Guid topic, int partition) =>
        _partitions.TryGetValue(topic, out var numbers) && Array.BinarySearch(numbers, partition) >= 0;

    public PartitionAssignment Intersect(PartitionAssignment other) => Where(other.Contains);

    public PartitionAssignment Except(PartitionAssignment other) =>
        Where((topic, partition) => !other.Contains(topic, partition));

    public PartitionAssignment Union(PartitionAssignment other)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return IsEmpty ? other : this;
        }

        return Create(_partitions.Concat(other._partitions)
            .Select(topic => KeyValuePair.Create(topic.Key, (IEnumerable<int>)topic.Value)));
    }

    public bool Overlaps(PartitionAssignment other)
    {
        foreach (var (topic, numbers) in _partitions)
        {
            foreach (var partition in numbers)
            {
                if (other.Contains(topic, partition))
                {
                    return true;
                }
            }
        }

        return false;
    }

    public bool IsSubsetOf(PartitionAssignment other) => Except(other).IsEmpty;

    /// <summary>The partitions for which <paramref name="isKept"/> holds; itself where that is all.</summary>
    public PartitionAssignment Where(Func<Guid, int, bool> isKept)
    {
        var kept = new Dictionary<Guid, int[]>();
        var count = 0;
        foreach (var (topic, numbers) in _partitions)
        {
            var those = Array.FindAll(numbers, partition => isKept(topic, partition));
            if (those.Length > 0)
            {
                kept.Add(topic, those);
                count += those.Length;
            }
        }

        return count == Count ? this : count == 0 ? Empty : new PartitionAssignment(kept);
    }

    public bool Equals([NotNullWhen(true)] PartitionAssignment? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || other.Count != Count || other._partitions.Count != _partitions.Count)
        {
            return false;
        }

        foreach (var (topic, numbers) in _partitions)
        {
            if (!other._partitions.TryGetValue(topic, out var others) || !numbers.AsSpan().SequenceEqual(others))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as PartitionAssignment);

    public override int GetHashCode()
    {
        // Order of the topics does not matter to equality, so it must not to the hash.
        var hash = Count;
        foreach (var (topic, numbers) in _partitions)
        {
            hash ^= HashCode.Combine(topic, numbers.Length, numbers[0]);
        }

        return hash;
    }
}
