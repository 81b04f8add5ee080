using System.Buffers;
using System.Text;

namespace LogFlow.Store;

/// <summary>Documents by <c>_id</c>. Most blocks are ruled out by what is in memory of their ids.</summary>
internal sealed class IdsQuery : QueryNode
{
    private readonly HashSet<DocumentId> _queueIds = [];
    private readonly HashSet<long> _sequences = [];

    /// <summary>Ids that senders chose, by their hash.</summary>
    private readonly Dictionary<ulong, List<byte[]>> _explicit = [];

    public IdsQuery(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            var text = Encoding.UTF8.GetBytes(id);
            if (DocumentId.TryParse(text, out var queueId))
            {
                _queueIds.Add(queueId);
                continue;
            }

            var hash = Hash64.Compute(text);
            if (!_explicit.TryGetValue(hash, out var same))
            {
                _explicit.Add(hash, same = []);
            }

            same.Add(text);
            if (id.StartsWith("seq-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(4), out var sequence)
                && RowIds.FormatSequence(sequence) == id)
            {
                _sequences.Add(sequence);
            }
        }
    }

    public override bool MayMatch(BlockSource block)
    {
        try
        {
            return HasSequence(block) || HasQueueId(block.GetIds())
                || (_explicit.Count > 0 && block.GetIds().ExplicitIdCount > 0);
        }
        catch (CorruptDataException)
        {
            // Whoever reads the block next reports the damage.
            return true;
        }
    }

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        var held = scan.Source.GetIds();
        if (HasSequence(scan.Source) || HasQueueId(held))
        {
            MatchNumbers(scan, hits);
        }

        if (_explicit.Count > 0 && held.ExplicitIdCount > 0 && MayHaveExplicit(scan))
        {
            MatchExplicit(scan, hits);
        }
    }

    private bool HasSequence(BlockSource block) => _sequences.Any(sequence =>
        sequence >= block.Summary.MinSequence && sequence <= block.Summary.MaxSequence);

    private bool HasQueueId(BlockIds held) => _queueIds.Count > 0 && _queueIds.Any(id => held.MayContain(id));

    private bool MayHaveExplicit(BlockScan scan)
    {
        var entry = scan.Directory.Find(FieldNames.Id)!;
        if (!entry.Has(ColumnFlags.HasBloom))
        {
            return true;
        }

        var bloom = scan.Source.ReadBloom(entry, out var rented);
        try
        {
            foreach (var hash in _explicit.Keys)
            {
                if (TokenBloom.MayContain(bloom.Span, hash))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private void MatchNumbers(BlockScan scan, RowSet hits)
    {
        var ids = new RowIds(scan);
        for (var row = 0; row < scan.RowCount; row++)
        {
            var isHit = ids.TryGetQueueId(row, out var queueId)
                ? _queueIds.Contains(queueId)
                : _sequences.Contains(ids.SequenceOf(row)) && !ids.HasExplicit(row);
            if (isHit)
            {
                hits.Add(row);
            }
        }
    }

    private void MatchExplicit(BlockScan scan, RowSet hits)
    {
        var columns = IdColumns.Of(scan);
        for (var row = 0; columns is not null && row < scan.RowCount; row++)
        {
            if (!columns.Has(row))
            {
                continue;
            }

            var id = columns.IdOf(row);
            if (!_explicit.TryGetValue(Hash64.Compute(id), out var same))
            {
                continue;
            }

            foreach (var text in same)
            {
                if (id.SequenceEqual(text))
                {
                    hits.Add(row);
                }
            }
        }
    }
}
