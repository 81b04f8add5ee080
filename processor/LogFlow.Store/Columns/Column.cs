namespace LogFlow.Store;

/// <summary>A decoded column of one block, for the time of one scan.</summary>
internal abstract class Column(ColumnEntry entry, int rowCount, RowSet? present)
{
    public ColumnEntry Entry { get; } = entry;

    public int RowCount { get; } = rowCount;

    /// <summary>Rows that have a value; null: all.</summary>
    protected RowSet? Present { get; } = present;

    public bool IsJson => Entry.Has(ColumnFlags.IsJson);

    public virtual bool Has(int row) => Present is null || Present[row];

    /// <summary>The row's value as it stands, of a column that is not JSON; false: it has none.</summary>
    public abstract bool TryGet(int row, out FieldValue value);

    /// <summary>Adds the row's values at <paramref name="path"/> below this column (empty: the column's own).</summary>
    public abstract void Collect(int row, ReadOnlySpan<byte> path, List<FieldValue> values);

    /// <summary>Writes the row's value as it stood in the document.</summary>
    public abstract void WriteJson(int row, ByteWriter output);

    /// <summary>Adds the rows to <paramref name="hits"/> that have a value which the predicate takes.</summary>
    public abstract void Match(FieldPredicate predicate, ReadOnlySpan<byte> path, RowSet hits);

    /// <summary>Adds the rows that have a value.</summary>
    public virtual void AddPresent(RowSet hits)
    {
        if (Present is null)
        {
            hits.AddAll();
        }
        else
        {
            hits.UnionWith(Present);
        }
    }

    /// <summary>The general way: value by value.</summary>
    protected void MatchEach(FieldPredicate predicate, ReadOnlySpan<byte> path, RowSet hits)
    {
        var values = new List<FieldValue>();
        for (var row = 0; row < RowCount; row++)
        {
            if (!Has(row))
            {
                continue;
            }

            values.Clear();
            Collect(row, path, values);
            if (predicate.MatchAny(values))
            {
                hits.Add(row);
            }
        }
    }
}
