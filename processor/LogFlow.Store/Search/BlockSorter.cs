namespace LogFlow.Store;

/// <summary>Offers the matching rows of one block to the top hits.</summary>
internal sealed class BlockSorter
{
    private readonly BlockScan _scan;
    private readonly IReadOnlyList<SortField> _sort;
    private readonly NumberColumn _sequences;
    private readonly FieldAccess?[] _access;
    private readonly long[]? _times;
    private readonly List<FieldValue> _values = [];

    public BlockSorter(BlockScan scan, IReadOnlyList<SortField> sort)
    {
        _scan = scan;
        _sort = sort;
        _sequences = scan.LoadNumbers(FieldNames.Sequence)
            ?? throw new CorruptDataException("the block has no sequence column");
        _access = [.. sort.Select(field => field.IsArrival ? null : scan.GetAccess(field.Field))];
        _times = sort[0].IsTimestamp ? _access[0]!.ReadTimes(scan.RowCount) : null;
    }

    public void Offer(ReadOnlySpan<int> rows, TopHits hits, HitComparer comparer, SortValue[]? after)
    {
        var keys = new SortValue[_sort.Count];
        foreach (var row in rows)
        {
            var worst = hits.Worst;
            if (_times is not null && worst is not null && IsTooLate(_times[row], worst.Keys[0].Bits))
            {
                continue;
            }

            ReadKeys(row, keys);
            var sequence = _sequences.Values[row];
            if (after is not null && CompareKeys(keys, after) <= 0)
            {
                continue;
            }

            if (worst is null || comparer.Compare(keys, sequence, worst.Keys, worst.Sequence) < 0)
            {
                hits.Offer(new Hit([.. keys], sequence, _scan.Source, row));
            }
        }
    }

    private bool IsTooLate(long time, long worst) => _sort[0].IsDescending ? time < worst : time > worst;

    private int CompareKeys(ReadOnlySpan<SortValue> a, ReadOnlySpan<SortValue> b)
    {
        for (var i = 0; i < _sort.Count; i++)
        {
            var order = _sort[i].Compare(a[i], b[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private void ReadKeys(int row, SortValue[] keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            if (i == 0 && _times is not null)
            {
                keys[i] = new SortValue(StoredKind.Time, _times[row], null);
            }
            else if (_access[i] is not { } access)
            {
                keys[i] = new SortValue(StoredKind.Int64, _sequences.Values[row], null);
            }
            else
            {
                _values.Clear();
                access.Collect(row, _values);
                keys[i] = Choose(_values, access.Type, _sort[i].IsDescending);
            }
        }
    }

    /// <summary>Of several values the smallest counts, or the largest when descending, as in Elasticsearch.</summary>
    private static SortValue Choose(List<FieldValue> values, FieldType type, bool isDescending)
    {
        var chosen = SortValue.Missing;
        foreach (var value in values)
        {
            var candidate = SortValue.Of(value, type);
            if (chosen.Kind == StoredKind.None || SortValue.Compare(candidate, chosen) < 0 != isDescending)
            {
                chosen = candidate;
            }
        }

        return chosen;
    }
}
