using System.Globalization;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// How far each partition has been taken in (<c>next</c>, in memory) and how far it is durable. Only grows.
/// </summary>
internal sealed class PositionTable
{
    private const int HeaderEntriesMax = 500;

    private readonly Lock _lock = new(); // Guards the map; held for moments, never while waiting.
    private readonly Dictionary<(Guid TopicId, int Partition), (long Next, long Durable)> _map = [];

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _map.Count == 0;
            }
        }
    }

    public bool TryGetNext(Guid topicId, int partition, out long next)
    {
        lock (_lock)
        {
            var known = _map.TryGetValue((topicId, partition), out var state);
            next = state.Next;
            return known;
        }
    }

    public void Advance(Guid topicId, int partition, long next)
    {
        lock (_lock)
        {
            // A partition begun at an offset above 0 has nothing durable yet: -1, until its first commit.
            var state = _map.TryGetValue((topicId, partition), out var known) ? known : (Next: next, Durable: -1L);
            _map[(topicId, partition)] = (Math.Max(state.Next, next), state.Durable);
        }
    }

    public void MarkDurable(IReadOnlyList<PartitionPosition> positions)
    {
        lock (_lock)
        {
            foreach (var position in positions)
            {
                var key = (position.TopicId, position.Partition);
                _map.TryGetValue(key, out var state);
                _map[key] = (Math.Max(state.Next, position.Next), Math.Max(state.Durable, position.Next));
            }
        }
    }

    public PartitionPosition[] GetNext()
    {
        lock (_lock)
        {
            return [.. _map.Select(entry =>
                new PartitionPosition(entry.Key.TopicId, entry.Key.Partition, entry.Value.Next))];
        }
    }

    public PartitionPosition[] GetDurable()
    {
        lock (_lock)
        {
            return [.. _map.Where(entry => entry.Value.Durable >= 0).Select(entry =>
                new PartitionPosition(entry.Key.TopicId, entry.Key.Partition, entry.Value.Durable))];
        }
    }

    public List<(PartitionPosition Position, long Durable)> GetAll()
    {
        lock (_lock)
        {
            return [.. _map.Select(entry => (
                new PartitionPosition(entry.Key.TopicId, entry.Key.Partition, entry.Value.Next), entry.Value.Durable))];
        }
    }

    /// <summary>
    /// The text of <c>X-LogFlow-Durable</c>: every partition, unless they are so many that clients refuse the header;
    /// then those of the request, and <c>/_logflow/positions</c> has all.
    /// </summary>
    public string FormatDurable(PositionClaim[]? claims)
    {
        var text = new StringBuilder();
        var durable = GetDurable();
        foreach (var position in durable)
        {
            if (durable.Length > HeaderEntriesMax && claims?.Any(claim =>
                claim.Partition == position.Partition && claim.TopicId == position.TopicId) != true)
            {
                continue;
            }

            text.Append(text.Length > 0 ? "," : "").Append(Key(position)).Append(':')
                .Append(position.Next.ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    public static string Key(PartitionPosition position) => string.Create(
        CultureInfo.InvariantCulture, $"{KafkaUuid.Format(position.TopicId)}:{position.Partition}");
}
