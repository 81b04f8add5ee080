namespace LogFlow.Store;

/// <summary>The live segments. Changes are whole: a reader sees a merge or a commit entirely or not at all.</summary>
internal sealed class SegmentSet
{
    private readonly Lock _lock = new(); // Guards all fields; leaf lock, held for moments.
    private readonly List<SegmentReader> _segments = [];
    private IReadOnlyList<MemoryBlock> _sealing = [];
    private BlockContents? _contents;
    private long _documents;
    private long _bytes;

    public long DocumentCount
    {
        get
        {
            lock (_lock)
            {
                return _documents + _sealing.Sum(block => (long)block.Summary.RowCount);
            }
        }
    }

    public (long Bytes, int Count) Size
    {
        get
        {
            lock (_lock)
            {
                return (_bytes, _segments.Count);
            }
        }
    }

    public SegmentReader[] ToArray()
    {
        lock (_lock)
        {
            return [.. _segments];
        }
    }

    /// <summary>The tail's blocks are being written: they stay searchable until <see cref="Commit"/>.</summary>
    public void BeginSeal(IReadOnlyList<MemoryBlock> blocks)
    {
        lock (_lock)
        {
            _sealing = blocks;
        }
    }

    public void Commit(IEnumerable<SegmentReader> added)
    {
        lock (_lock)
        {
            _sealing = [];
            Add(added);
        }
    }

    /// <summary>Puts <paramref name="added"/> in place of others; false where one of those is gone already.</summary>
    public bool Replace(IReadOnlyCollection<SegmentReader> removed, IReadOnlyCollection<SegmentReader> added)
    {
        lock (_lock)
        {
            if (!removed.All(_segments.Contains))
            {
                return false;
            }

            foreach (var segment in removed)
            {
                _segments.Remove(segment);
                _documents -= segment.DocumentCount;
                _bytes -= segment.Length;
            }

            Add(added);
            return true;
        }
    }

    /// <summary>
    /// Every live segment, each with a reference that the caller releases, and the blocks being sealed.
    /// </summary>
    public (SegmentReader[] Segments, IReadOnlyList<MemoryBlock> Sealing, BlockContents Contents) Acquire()
    {
        lock (_lock)
        {
            if (_contents is null)
            {
                _contents = new BlockContents();
                foreach (var segment in _segments)
                {
                    _contents.Add(segment.Footer.Contents);
                }
            }

            foreach (var segment in _segments)
            {
                segment.TryAddReference();
            }

            return ([.. _segments], _sealing, _contents);
        }
    }

    private void Add(IEnumerable<SegmentReader> added)
    {
        foreach (var segment in added)
        {
            _segments.Add(segment);
            _documents += segment.DocumentCount;
            _bytes += segment.Length;
        }

        _contents = null;
    }
}
