namespace LogFlow.Store;

/// <summary>
/// The values that a column has in the first rows of an open block. A search sees only rows that are published, while
/// later ones may stand behind them already.
/// </summary>
internal readonly struct ColumnSlice(ColumnBuilder column, int count)
{
    public string Name => column.Name;

    public FieldType FieldType => column.FieldType;

    public StoredKind Kind => column.Kind;

    /// <summary>Values of the slice; each belongs to one row, in rising order.</summary>
    public int Count => count;

    public ReadOnlySpan<int> Rows => column.Rows[..count];

    public ReadOnlySpan<long> Numbers => column.Numbers[..count];

    public bool IsDictionary => column.IsDictionary;

    public int EntryCount => column.EntryCount;

    public ReadOnlySpan<byte> Codes => column.Codes[..count];

    public byte Digits => column.Digits;

    public bool HasObjects => column.HasObjects;

    /// <summary>All texts of a plain column, one behind the other.</summary>
    public ReadOnlySpan<byte> PlainTexts => column.PlainTexts(count);

    public ReadOnlySpan<byte> Text(int index) => column.Text(index);
}
