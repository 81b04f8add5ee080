namespace LogFlow.Store;

/// <summary>
/// Remembers which rows of a block met a condition that is dear to judge: a word in a text. Blocks of segments never
/// change, and a page asks the same of them again and again: for rows, for bars, for values, and ten seconds later.
/// What was not used for the longest time goes first. Thread-safe.
/// </summary>
/// <param name="bytesMax">So much memory all entries take, roughly.</param>
internal sealed class MatchCache(long bytesMax)
{
    private const long EntryBytes = 256;
    private const long RowsBytes = 48;

    /// <summary>Guards all fields; held for a look-up.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _latestFirst = [];
    private long _bytes;

    /// <summary>Memory that is taken, in bytes, roughly.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The rows of the block that meet the condition; null: not known. Not to be changed.</summary>
    public RowSet? TryGet(SegmentBlock block, string condition)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(new Key(block.Segment.Path, condition), out var node))
            {
                return null;
            }

            if (!ReferenceEquals(_latestFirst.First, node))
            {
                _latestFirst.Remove(node);
                _latestFirst.AddFirst(node);
            }

            return node.Value.Blocks[block.Index];
        }
    }

    /// <summary>Remembers a copy of what was found in a block.</summary>
    public void Add(SegmentBlock block, string condition, RowSet rows)
    {
        var kept = rows.IsEmpty ? RowSet.Nothing : rows.Clone();
        lock (_lock)
        {
            var key = new Key(block.Segment.Path, condition);
            if (!_entries.TryGetValue(key, out var node))
            {
                node = _latestFirst.AddFirst(new Entry(key, new RowSet?[block.Segment.Blocks.Count]));
                _entries.Add(key, node);
                Take(node, EntryBytes + (8L * node.Value.Blocks.Length) + (2L * condition.Length));
            }

            ref var slot = ref node.Value.Blocks[block.Index];
            if (slot is null)
            {
                slot = kept;
                Take(node, ReferenceEquals(kept, RowSet.Nothing) ? 0 : RowsBytes + (kept.RowCount / 8));
            }

            while (_bytes > bytesMax && _latestFirst.Last is { } oldest)
            {
                _latestFirst.RemoveLast();
                _entries.Remove(oldest.Value.Key);
                _bytes -= oldest.Value.Bytes;
            }
        }
    }

    private void Take(LinkedListNode<Entry> node, long bytes)
    {
        node.Value.Bytes += bytes;
        _bytes += bytes;
    }

    /// <summary>A segment's file, whose name is never given to another, and the condition.</summary>
    private readonly record struct Key(string Segment, string Condition);

    private sealed class Entry(Key key, RowSet?[] blocks)
    {
        public Key Key { get; } = key;

        /// <summary>By the block's index; null: not looked at yet.</summary>
        public RowSet?[] Blocks { get; } = blocks;

        public long Bytes { get; set; }
    }
}
