namespace LogFlow.Store;

/// <summary>A field's values in one block, normalized by its type; for sorting, aggregations and fetching.</summary>
internal sealed class FieldAccess
{
    private readonly (Column Column, byte[] Path)[] _columns;
    private readonly List<FieldValue> _raw = [];

    public FieldAccess(BlockScan scan, string field)
    {
        var physical = field == "_index" ? FieldNames.Index : field;
        Type = FieldTypes.Of(physical);
        var found = scan.Find(physical);
        _columns = new (Column, byte[])[found.Length];
        for (var i = 0; i < found.Length; i++)
        {
            _columns[i] = (scan.Load(found[i].Entry), found[i].Path);
        }

        Single = _columns.Length == 1 && _columns[0].Path.Length == 0 && !_columns[0].Column.IsJson
            ? _columns[0].Column
            : null;
    }

    public FieldType Type { get; }

    public bool IsEmpty => _columns.Length == 0;

    /// <summary>The only column, where it holds one plain value a row.</summary>
    public Column? Single { get; }

    /// <summary>The row's indexed value in <see cref="Single"/>; false: it has none.</summary>
    public bool TryGet(Column single, int row, out FieldValue value) =>
        single.TryGet(row, out value) && value.TryNormalize(Type, out value);

    /// <summary>Adds the row's indexed values.</summary>
    public void Collect(int row, List<FieldValue> values)
    {
        if (Single is { } single)
        {
            if (TryGet(single, row, out var only))
            {
                values.Add(only);
            }

            return;
        }

        foreach (var (column, path) in _columns)
        {
            _raw.Clear();
            column.Collect(row, path, _raw);
            foreach (var raw in _raw)
            {
                if (raw.TryNormalize(Type, out var value))
                {
                    values.Add(value);
                }
            }
        }
    }

    /// <summary>The row's times in milliseconds, where the field is the timestamp: one, always.</summary>
    public long[] ReadTimes(int rowCount)
    {
        var times = new long[rowCount];
        if (Single is NumberColumn { Entry.Type: ColumnType.Time, Digits: 3 } exact)
        {
            exact.Values.CopyTo(times);
            return times;
        }

        var values = new List<FieldValue>();
        for (var row = 0; row < rowCount; row++)
        {
            values.Clear();
            Collect(row, values);
            times[row] = values.Count > 0 ? values[0].Bits : 0;
        }

        return times;
    }
}
