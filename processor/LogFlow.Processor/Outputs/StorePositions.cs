using System.Globalization;
using System.Text;

namespace LogFlow.Processor;

/// <summary>
/// What is known of the store's position in each partition: the next offset it expects, and how far it is durable.
/// Batches without documents are not sent: the range of the next that has some begins where the store stands, and so
/// covers them. Written by the store's lane and at assignments, read by commits.
/// </summary>
internal sealed class StorePositions
{
    /// <summary>Guards <see cref="_positions"/> and what is in it.</summary>
    private readonly Lock _lock = new();

    private readonly Dictionary<string, Position> _positions = new(StringComparer.Ordinal);

    /// <summary>Whether something sent was not durable yet when the store last spoke.</summary>
    public bool HasUndurable
    {
        get
        {
            lock (_lock)
            {
                foreach (var position in _positions.Values)
                {
                    if (position.Durable < position.Next)
                    {
                        return true;
                    }
                }

                return false;
            }
        }
    }

    /// <summary>The store knows the partition: reading starts at <paramref name="next"/>.</summary>
    public long? Begin(string key, long next, long durable)
    {
        lock (_lock)
        {
            _positions[key] = new Position { Next = next, Durable = durable };
            return next;
        }
    }

    /// <summary>The store does not know the partition: the first range begins it.</summary>
    public long? BeginUnknown(string key)
    {
        lock (_lock)
        {
            _positions[key] = new Position { Next = -1, Durable = -1 };
            return null;
        }
    }

    /// <summary>
    /// The header for the slices: one entry per partition, from where the store stands to the last slice.
    /// </summary>
    public string MakeHeader(List<StoreSlice> slices)
    {
        var header = new StringBuilder();
        lock (_lock)
        {
            foreach (var (key, first, next) in Ranges(slices))
            {
                var position = Get(key);
                var begins = position.Next < 0;
                header.Append(header.Length == 0 ? string.Empty : ",")
                    .Append(CultureInfo.InvariantCulture,
                        $"{key}:{(begins ? first : Math.Min(first, position.Next))}:{next}")
                    .Append(begins ? ":b" : string.Empty);
            }
        }

        return header.ToString();
    }

    /// <summary>The store has taken the slices.</summary>
    public void Sent(List<StoreSlice> slices)
    {
        lock (_lock)
        {
            foreach (var (key, _, next) in Ranges(slices))
            {
                var position = Get(key);
                position.Next = Math.Max(position.Next, next);
            }
        }
    }

    /// <summary>
    /// Takes over the answer's header <c>topicId22:partition:next,...</c>; what cannot be read is left out.
    /// </summary>
    public void Durable(string? header)
    {
        foreach (var entry in (header ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = entry.LastIndexOf(':');
            if (colon > 0
                && long.TryParse(entry.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var durable))
            {
                Durable(entry[..colon].Trim(), durable);
            }
        }
    }

    /// <summary>The store is durable up to <paramref name="durable"/>.</summary>
    public void Durable(string key, long durable)
    {
        lock (_lock)
        {
            if (_positions.TryGetValue(key, out var position))
            {
                position.Durable = Math.Max(position.Durable, durable);
            }
        }
    }

    /// <summary>
    /// How far a partition may be committed: as far as its documents are durable, empty batches included.
    /// </summary>
    public long GetCommittable(string key, long doneOffset)
    {
        lock (_lock)
        {
            if (!_positions.TryGetValue(key, out var position))
            {
                return -1;
            }

            return position.Durable >= position.Next ? doneOffset : Math.Min(doneOffset, position.Durable);
        }
    }

    /// <summary>Where the store is believed to stand in the partitions of windows that are open; -1: nowhere.</summary>
    public List<(PartitionWindow Window, long Next)> GetBelieved(IReadOnlyList<PartitionWindow> windows)
    {
        lock (_lock)
        {
            var believed = new List<(PartitionWindow Window, long Next)>(windows.Count);
            foreach (var window in windows)
            {
                if (!window.IsClosed)
                {
                    believed.Add((window, Get(window.Identity.PositionKey).Next));
                }
            }

            return believed;
        }
    }

    /// <summary>
    /// Compares where the store stands with where it was believed to stand, and has reading go back where it stands
    /// earlier or knows nothing. False: nothing of what was believed is wrong.
    /// </summary>
    public async Task<bool> GoBackAsync(
        List<(PartitionWindow Window, long Next)> believed, Dictionary<string, long> stands)
    {
        var wasWrong = false;
        foreach (var (window, expected) in believed)
        {
            var key = window.Identity.PositionKey;
            var isKnown = stands.TryGetValue(key, out var next);
            if (isKnown ? expected < 0 || next < expected : expected >= 0)
            {
                wasWrong = true;
                await window.SeekBackAsync(isKnown ? next : null, () => Forget(key, isKnown ? next : -1));
            }
        }

        return wasWrong;
    }

    /// <summary>The store stands at <paramref name="next"/>; -1: it does not know the partition.</summary>
    private void Forget(string key, long next)
    {
        lock (_lock)
        {
            var position = Get(key);
            position.Next = next;
            position.Durable = Math.Min(next, position.Durable);
        }
    }

    /// <summary>Per partition the offsets that the slices cover; slices of a partition follow each other.</summary>
    private static List<(string Key, long First, long Next)> Ranges(List<StoreSlice> slices)
    {
        var ranges = new List<(string Key, long First, long Next)>();
        foreach (var slice in slices)
        {
            var key = slice.Batch.Window.Identity.PositionKey;
            var known = ranges.FindIndex(range => range.Key == key);
            if (known < 0)
            {
                ranges.Add((key, slice.FirstOffset, slice.NextOffset));
            }
            else
            {
                ranges[known] = (key, ranges[known].First, slice.NextOffset);
            }
        }

        return ranges;
    }

    private Position Get(string key)
    {
        if (!_positions.TryGetValue(key, out var position))
        {
            _positions[key] = position = new Position { Next = -1, Durable = -1 };
        }

        return position;
    }

    private sealed class Position
    {
        /// <summary>The offset the store expects next; -1: it does not know the partition.</summary>
        public long Next { get; set; }

        public long Durable { get; set; }
    }
}
