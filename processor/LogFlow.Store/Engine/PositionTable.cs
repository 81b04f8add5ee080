using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// How far each partition has been taken in (<c>next</c>, in memory) and how far it is durable. Only grows; each change
/// is a new table, published with the documents that it belongs to.
/// </summary>
internal sealed class PositionTable
{
    /// <summary>Each commit writes all of them: 3 MB of positions.</summary>
    public const int CountMax = 100_000;

    private const int HeaderEntriesMax = 500;

    private readonly ImmutableDictionary<(Guid TopicId, int Partition), (long Next, long Durable)> _map;

    private PositionTable(ImmutableDictionary<(Guid TopicId, int Partition), (long Next, long Durable)> map) =>
        _map = map;

    public static PositionTable Empty { get; } =
        new(ImmutableDictionary<(Guid TopicId, int Partition), (long Next, long Durable)>.Empty);

    public int Count => _map.Count;

    public bool TryGetNext(Guid topicId, int partition, out long next)
    {
        var known = _map.TryGetValue((topicId, partition), out var state);
        next = state.Next;
        return known;
    }

    /// <summary>The table after a bulk with these claims; the same one where they move nothing.</summary>
    public PositionTable Advance(ReadOnlySpan<PositionClaim> claims)
    {
        var map = _map;
        foreach (var claim in claims)
        {
            // A partition begun at an offset above 0 has nothing durable yet: -1, until its first commit.
            var key = (claim.TopicId, claim.Partition);
            var isKnown = map.TryGetValue(key, out var state);
            if (!isKnown || claim.Next > state.Next)
            {
                map = map.SetItem(key, (claim.Next, isKnown ? state.Durable : -1));
            }
        }

        return ReferenceEquals(map, _map) ? this : new PositionTable(map);
    }

    public PositionTable MarkDurable(IReadOnlyList<PartitionPosition> positions)
    {
        var map = _map.ToBuilder();
        foreach (var position in positions)
        {
            var key = (position.TopicId, position.Partition);
            map.TryGetValue(key, out var state);
            map[key] = (Math.Max(state.Next, position.Next), Math.Max(state.Durable, position.Next));
        }

        return new PositionTable(map.ToImmutable());
    }

    public PartitionPosition[] GetNext() => [.. _map.Select(entry =>
        new PartitionPosition(entry.Key.TopicId, entry.Key.Partition, entry.Value.Next))];

    public PartitionPosition[] GetDurable() => [.. _map.Where(entry => entry.Value.Durable >= 0).Select(entry =>
        new PartitionPosition(entry.Key.TopicId, entry.Key.Partition, entry.Value.Durable))];

    public List<(PartitionPosition Position, long Durable)> GetAll() => [.. _map.Select(entry => (
        new PartitionPosition(entry.Key.TopicId, entry.Key.Partition, entry.Value.Next), entry.Value.Durable))];

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
