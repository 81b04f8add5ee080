using System.Buffers;

namespace LogFlow.Store;

/// <summary>Documents in which a value of a field meets a predicate.</summary>
internal sealed class FieldQuery(string field, FieldType type, ValuePredicate predicate) : QueryNode
{
    private readonly FieldPredicate _predicate = new(type, predicate);
    private readonly string? _condition =
        predicate.Condition is { } condition ? $"{field} {type} {condition}" : null;

    private readonly bool _isTimestamp = field == FieldNames.Timestamp;

    public override bool MayMatch(BlockSource block) =>
        !_isTimestamp || predicate.MayMatchBetween(block.Summary.MinTimeMs, block.Summary.MaxTimeMs);

    public override bool MatchesAll(BlockSource block) =>
        _isTimestamp && predicate.MatchesAllBetween(block.Summary.MinTimeMs, block.Summary.MaxTimeMs);

    public override void AddAsked(List<(string Field, ValuePredicate Predicate)> asked) =>
        asked.Add((field, predicate));

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        if (_condition is null || scan is not { Matches: { } known, Source: SegmentBlock block })
        {
            EvaluateColumns(scan, hits);
            return;
        }

        if (known.TryGet(block, _condition) is { } found)
        {
            hits.UnionWith(found);
            return;
        }

        EvaluateColumns(scan, hits);
        known.Add(block, _condition, hits);
    }

    private void EvaluateColumns(BlockScan scan, RowSet hits)
    {
        foreach (var (entry, path) in scan.Find(field))
        {
            var isOwn = path.Length == 0 && !entry.Has(ColumnFlags.IsJson);
            if (isOwn && TryGetRange(entry, out var min, out var max))
            {
                if (!predicate.MayMatchBetween(min, max))
                {
                    continue;
                }

                if (predicate.MatchesAllBetween(min, max))
                {
                    scan.Load(entry).AddPresent(hits);
                    continue;
                }
            }

            if (isOwn && predicate.UsesBloom && entry.Has(ColumnFlags.HasBloom) && _predicate.TakesPlainTexts
                && !MayMatchBloom(scan, entry))
            {
                continue;
            }

            scan.Load(entry).Match(_predicate, path, hits);
        }
    }

    /// <summary>The column's range, where the predicate sees its numbers as they are.</summary>
    private bool TryGetRange(ColumnEntry entry, out double min, out double max)
    {
        (min, max) = (entry.Min, entry.Max);
        if (!entry.Has(ColumnFlags.HasRange))
        {
            return false;
        }

        switch (entry.Type)
        {
            case ColumnType.Int64:
                return _predicate.Type is FieldType.Dynamic or FieldType.Long or FieldType.Date;
            case ColumnType.Time:
                return _predicate.Type == FieldType.Date;
            case ColumnType.Double:
                (min, max) = (BitConverter.Int64BitsToDouble(entry.Min), BitConverter.Int64BitsToDouble(entry.Max));
                return _predicate.Type == FieldType.Dynamic;
            default:
                return false;
        }
    }

    private bool MayMatchBloom(BlockScan scan, ColumnEntry entry)
    {
        var bloom = scan.Source.ReadBloom(entry, out var rented);
        try
        {
            return predicate.MayMatchBloom(bloom.Span);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
