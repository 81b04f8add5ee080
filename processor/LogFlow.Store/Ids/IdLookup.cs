using System.Buffers;

namespace LogFlow.Store;

/// <summary>
/// Finds out which of a bulk's documents are stored already, all of them at once: first which blocks may hold them, by
/// what is in memory; then each of those blocks is read once. A damaged block counts as not having the id, as searches
/// do not find its documents either.
/// </summary>
internal sealed class IdLookup
{
    private readonly BulkItems _request;
    private readonly SegmentList _segments;
    private readonly Action<string, string> _reportCorrupt;

    /// <summary>The filters in memory, and the segments that have none.</summary>
    private readonly List<(SegmentReader Segment, IdFilter Filter)> _filters = [];
    private readonly List<SegmentReader> _coldSegments = [];
    private readonly Dictionary<BlockSource, List<int>> _explicit = [];
    private readonly Dictionary<BlockSource, List<int>> _queue = [];
    private readonly List<int> _cold = [];
    private readonly HashSet<int> _anyIndex = [];

    public IdLookup(
        BulkItems request, SegmentList segments, IdFilters filters, Action<string, string> reportCorrupt)
    {
        _request = request;
        _segments = segments;
        _reportCorrupt = reportCorrupt;
        foreach (var segment in segments.Segments)
        {
            if (!filters.TryGet(segment, out var filter))
            {
                _coldSegments.Add(segment);
            }
            else if (filter is not null)
            {
                _filters.Add((segment, filter));
            }
        }
    }

    /// <summary>Blocks that had to be read to answer; tests assert that new ids cost none.</summary>
    public int BlocksRead { get; private set; }

    /// <summary>Asks for an item whose id its sender chose.</summary>
    public void AskExplicit(int item, UInt128 hash)
    {
        foreach (var (segment, filter) in _filters)
        {
            filter.Find((ulong)(hash >> 64), (Lookup: this, Segment: segment, Item: item), static (asked, block) =>
                Ask(asked.Lookup._explicit, asked.Segment.Blocks[block], asked.Item));
        }

        if (_coldSegments.Count > 0)
        {
            _cold.Add(item);
        }
    }

    /// <summary>Asks for an item with the processor's kind of id.</summary>
    /// <param name="item">Its index in the _request.</param>
    /// <param name="memory">Blocks in memory that may have it.</param>
    /// <param name="anyIndex">Stored in whichever index counts: the record is read again, not written anew.</param>
    public void AskQueueId(int item, IReadOnlyList<MemoryBlock> memory, bool anyIndex)
    {
        if (anyIndex)
        {
            _anyIndex.Add(item);
        }

        var id = _request.Items[item].QueueId;
        foreach (var segment in _segments.Segments)
        {
            if (segment.GetIds(_reportCorrupt).MayContain(id))
            {
                foreach (var block in segment.Blocks)
                {
                    AskQueueId(item, id, block);
                }
            }
        }

        foreach (var block in memory)
        {
            AskQueueId(item, id, block);
        }
    }

    /// <summary>Reads the blocks and marks the items that are stored.</summary>
    public void Answer(bool[] isStored)
    {
        AskColdSegments();
        foreach (var (block, items) in _explicit)
        {
            Read(block, scan => MatchExplicit(scan, items, isStored));
        }

        foreach (var (block, items) in _queue)
        {
            Read(block, scan => MatchQueueIds(scan, items, isStored));
        }
    }

    private static void Ask(Dictionary<BlockSource, List<int>> questions, BlockSource block, int item)
    {
        if (!questions.TryGetValue(block, out var items))
        {
            questions.Add(block, items = []);
        }

        items.Add(item);
    }

    private void AskQueueId(int item, in DocumentId id, BlockSource block)
    {
        try
        {
            if (block.GetIds().MayContain(id))
            {
                Ask(_queue, block, item);
            }
        }
        catch (CorruptDataException error)
        {
            _reportCorrupt(block.Origin, error.Message);
        }
    }

    /// <summary>Segments without a filter in memory: the blooms of their blocks are read, each once.</summary>
    private void AskColdSegments()
    {
        if (_cold.Count == 0)
        {
            return;
        }

        foreach (var segment in _coldSegments)
        {
            foreach (var block in segment.Blocks)
            {
                try
                {
                    if (block.GetIds().ExplicitIdCount > 0)
                    {
                        AskBloom(block);
                    }
                }
                catch (CorruptDataException error)
                {
                    _reportCorrupt(block.Origin, error.Message);
                }
            }
        }
    }

    private void AskBloom(SegmentBlock block)
    {
        var entry = block.LoadDirectory().Find(FieldNames.Id)!;
        if (!entry.Has(ColumnFlags.HasBloom))
        {
            foreach (var item in _cold)
            {
                Ask(_explicit, block, item);
            }

            return;
        }

        var bloom = block.ReadBloom(entry, out var rented);
        try
        {
            foreach (var item in _cold)
            {
                if (TokenBloom.MayContain(bloom.Span, Hash64.Compute(_request.Items[item].Id(_request.Body.Span))))
                {
                    Ask(_explicit, block, item);
                }
            }
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private void Read(BlockSource block, Action<BlockScan> match)
    {
        try
        {
            BlocksRead++;
            using var scan = new BlockScan(block);
            match(scan);
        }
        catch (CorruptDataException error)
        {
            _reportCorrupt(block.Origin, error.Message);
        }
    }

    private void MatchExplicit(BlockScan scan, List<int> items, bool[] isStored)
    {
        if (IdColumns.Of(scan) is not { } columns)
        {
            return;
        }

        var body = _request.Body.Span;
        var wanted = items.ToLookup(item =>
            IdHash.Short(_request.Items[item].Index!.Hash, _request.Items[item].Id(_request.Body.Span)));
        for (var row = 0; row < scan.RowCount; row++)
        {
            if (!columns.Has(row))
            {
                continue;
            }

            var hash = columns.HashOf(row);
            if (!wanted.Contains(hash))
            {
                continue;
            }

            foreach (var item in wanted[hash])
            {
                ref readonly var asked = ref _request.Items[item];
                isStored[item] |= columns.IdOf(row).SequenceEqual(asked.Id(body))
                    && columns.IndexOf(row).SequenceEqual(asked.Index!.Utf8);
            }
        }
    }

    private void MatchQueueIds(BlockScan scan, List<int> items, bool[] isStored)
    {
        var ids = new RowIds(scan);
        var indices = scan.TryLoad(FieldNames.Index) ?? throw new CorruptDataException("the block has no index column");
        var values = new List<FieldValue>(1);
        var wanted = items.ToLookup(item => _request.Items[item].QueueId);
        for (var row = 0; row < scan.RowCount; row++)
        {
            if (!ids.TryGetQueueId(row, out var id) || !wanted.Contains(id))
            {
                continue;
            }

            values.Clear();
            indices.Collect(row, default, values);
            foreach (var item in wanted[id])
            {
                isStored[item] |= _anyIndex.Contains(item)
                    || values[0].Text.Span.SequenceEqual(_request.Items[item].Index!.Utf8);
            }
        }
    }
}
