using System.Buffers;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Answers whether a document of an id is in the segments: min/max of queue offsets, blooms of other ids, and then the
/// columns themselves. There is no index of ids: the processor's documents never ask. Holds the segments open until
/// disposed; a damaged block counts as not having the id, as searches do not find its documents either.
/// </summary>
internal sealed class IdIndex(IReadOnlyList<SegmentReader> segments, Action<string, string> reportCorrupt) : IDisposable
{
    public bool Contains(in DocumentId id)
    {
        foreach (var segment in segments)
        {
            foreach (var block in segment.Blocks)
            {
                try
                {
                    var ids = block.GetIds();
                    if (ids.HasQueueIds && id.Offset >= ids.MinOffset && id.Offset <= ids.MaxOffset
                        && BlockContains(block, id))
                    {
                        return true;
                    }
                }
                catch (CorruptDataException error)
                {
                    reportCorrupt(block.Origin, error.Message);
                }
            }
        }

        return false;
    }

    public bool Contains(ReadOnlySpan<byte> id)
    {
        foreach (var segment in segments)
        {
            foreach (var block in segment.Blocks)
            {
                try
                {
                    if (block.GetIds().HasExplicitIds && BlockContains(block, id))
                    {
                        return true;
                    }
                }
                catch (CorruptDataException error)
                {
                    reportCorrupt(block.Origin, error.Message);
                }
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var segment in segments)
        {
            segment.Release();
        }
    }

    private static bool BlockContains(SegmentBlock block, in DocumentId id)
    {
        using var scan = new BlockScan(block);
        var ids = new RowIds(scan);
        for (var row = 0; row < scan.RowCount; row++)
        {
            if (ids.TryGetQueueId(row, out var found) && found == id)
            {
                return true;
            }
        }

        return false;
    }

    private static bool BlockContains(SegmentBlock block, ReadOnlySpan<byte> id)
    {
        var entry = block.LoadDirectory().Find(FieldNames.Id);
        if (entry is null)
        {
            return false;
        }

        if (entry.Has(ColumnFlags.HasBloom))
        {
            var bloom = block.ReadBloom(entry, out var rented);
            var mayContain = TokenBloom.MayContain(bloom.Span, Hash64.Compute(id));
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            if (!mayContain)
            {
                return false;
            }
        }

        using var scan = new BlockScan(block);
        var hits = new RowSet(scan.RowCount);
        var predicate = new FieldPredicate(FieldType.Text, new TermPredicate(Encoding.UTF8.GetString(id)));
        scan.Load(scan.Directory.Find(FieldNames.Id)!).Match(predicate, default, hits);
        return !hits.IsEmpty;
    }
}
