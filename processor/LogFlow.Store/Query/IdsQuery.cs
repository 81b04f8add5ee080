using System.Text;

namespace LogFlow.Store;

/// <summary>Documents by <c>_id</c>.</summary>
internal sealed class IdsQuery : QueryNode
{
    private readonly HashSet<DocumentId> _queueIds = [];
    private readonly HashSet<long> _sequences = [];
    private readonly HashSet<string> _explicit = new(StringComparer.Ordinal);

    public IdsQuery(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            if (DocumentId.TryParse(Encoding.UTF8.GetBytes(id), out var queueId))
            {
                _queueIds.Add(queueId);
            }
            else
            {
                _explicit.Add(id);
                if (id.StartsWith("seq-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(4), out var sequence)
                    && RowIds.FormatSequence(sequence) == id)
                {
                    _sequences.Add(sequence);
                }
            }
        }
    }

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        var offset = scan.Directory.Find(FieldNames.Offset);
        var mayHaveQueueId = offset is not null
            && _queueIds.Any(id => id.Offset >= offset.Min && id.Offset <= offset.Max);
        if (!mayHaveQueueId && _explicit.Count == 0)
        {
            return;
        }

        var ids = new RowIds(scan);
        for (var row = 0; row < scan.RowCount; row++)
        {
            if (ids.TryGetQueueId(row, out var queueId))
            {
                if (_queueIds.Contains(queueId))
                {
                    hits.Add(row);
                }

                continue;
            }

            var text = ids.ExplicitOf(row);
            if (text.IsEmpty ? _sequences.Contains(ids.SequenceOf(row))
                : _explicit.Contains(Encoding.UTF8.GetString(text.Span)))
            {
                hits.Add(row);
            }
        }
    }
}
