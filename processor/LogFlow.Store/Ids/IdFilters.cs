namespace LogFlow.Store;

/// <summary>
/// The id filters of segments, within a budget of memory: what was asked longest ago is forgotten first, and its blocks
/// are asked on disk. Nothing is built while nobody sends ids. Thread-safe.
/// </summary>
internal sealed class IdFilters(long bytesMax, Action<string, string> reportCorrupt)
{
    private readonly Lock _lock = new(); // Guards the fields below; leaf lock, never held while a segment is read.
    private readonly Dictionary<SegmentReader, Entry> _filters = [];
    private long _bytes;
    private long _clock;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Filters are wanted: some sender chooses its ids.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Builds what is missing and has room. The caller holds the list.</summary>
    public void Prepare(SegmentList segments)
    {
        IsUsed = true;
        Forget(segments);
        foreach (var segment in segments.Segments.Reverse())
        {
            Prepare(segment, mayEvict: false);
        }
    }

    /// <summary>Builds the filter of one segment, unless it is there or has no room.</summary>
    /// <param name="segment">A segment that the caller holds.</param>
    /// <param name="mayEvict">A new segment takes the room of what was asked longest ago.</param>
    public void Prepare(SegmentReader segment, bool mayEvict)
    {
        lock (_lock)
        {
            if (_filters.ContainsKey(segment))
            {
                return;
            }
        }

        var ids = segment.GetIds(reportCorrupt).ExplicitIdCount;
        var isTooLarge = segment.Blocks.Count > IdFilter.BlockCountMax;
        if (ids > 0 && (isTooLarge || !MakeRoom(IdFilter.BytesFor(ids), mayEvict)))
        {
            return;
        }

        var filter = ids == 0 ? null : Build(segment, ids);
        lock (_lock)
        {
            if (_filters.TryAdd(segment, new Entry { Filter = filter, AskedAt = ++_clock }))
            {
                _bytes += filter?.Bytes ?? 0;
            }
        }
    }

    /// <summary>The segment's filter. False: there is none in memory. Null: the segment holds no such id.</summary>
    public bool TryGet(SegmentReader segment, out IdFilter? filter)
    {
        lock (_lock)
        {
            var isThere = _filters.TryGetValue(segment, out var entry);
            filter = entry?.Filter;
            if (isThere)
            {
                entry!.AskedAt = ++_clock;
            }

            return isThere;
        }
    }

    private IdFilter Build(SegmentReader segment, int idCount)
    {
        var filter = new IdFilter(idCount);
        for (var number = 0; number < segment.Blocks.Count; number++)
        {
            var block = segment.Blocks[number];
            try
            {
                if (block.GetIds().ExplicitIdCount == 0)
                {
                    continue;
                }

                using var scan = new BlockScan(block);
                var columns = IdColumns.Of(scan);
                for (var row = 0; columns is not null && row < scan.RowCount; row++)
                {
                    if (columns.Has(row))
                    {
                        filter.Add(columns.HashOf(row), number);
                    }
                }
            }
            catch (Exception error) when (error is CorruptDataException or IOException)
            {
                // Searches do not find its documents either.
                reportCorrupt(block.Origin, error.Message);
            }
        }

        return filter;
    }

    private bool MakeRoom(long bytes, bool mayEvict)
    {
        lock (_lock)
        {
            while (_bytes + bytes > bytesMax)
            {
                if (!mayEvict || bytes > bytesMax)
                {
                    return false;
                }

                var coldest = _filters.Where(entry => entry.Value.Filter is not null)
                    .OrderBy(entry => entry.Value.AskedAt).First();

                Drop(coldest.Key);
            }

            return true;
        }
    }

    /// <summary>Forgets filters of segments that are gone.</summary>
    private void Forget(SegmentList live)
    {
        lock (_lock)
        {
            if (_filters.Count == 0)
            {
                return;
            }

            var kept = live.Segments.ToHashSet();
            foreach (var segment in _filters.Keys.Where(segment => !kept.Contains(segment)).ToList())
            {
                Drop(segment);
            }
        }
    }

    private void Drop(SegmentReader segment)
    {
        if (_filters.Remove(segment, out var entry))
        {
            _bytes -= entry.Filter?.Bytes ?? 0;
        }
    }

    private sealed class Entry
    {
        public IdFilter? Filter { get; init; }

        public long AskedAt { get; set; }
    }
}
