namespace LogFlow.Store;

/// <summary>A document that a search found, and where it stands.</summary>
internal sealed record Hit(SortValue[] Keys, long Sequence, BlockSource Block, int Row);

/// <summary>Better hits first; equal ones in order of arrival, as Elasticsearch's single shard has it.</summary>
internal sealed class HitComparer(IReadOnlyList<SortField> sort) : IComparer<Hit>
{
    public int Compare(Hit? x, Hit? y) => Compare(x!.Keys, x.Sequence, y!.Keys, y.Sequence);

    public int Compare(ReadOnlySpan<SortValue> a, long aSequence, ReadOnlySpan<SortValue> b, long bSequence)
    {
        for (var i = 0; i < sort.Count; i++)
        {
            var order = sort[i].Compare(a[i], b[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return aSequence.CompareTo(bSequence);
    }
}
