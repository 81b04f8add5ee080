using System.Buffers.Text;

namespace LogFlow.Store;

/// <summary>The values of one column of an open block as texts, for rows in rising order.</summary>
internal sealed class PieceSource(ColumnSlice column, int rowCount)
{
    private readonly byte[] _digits = new byte[20];
    private int _next;
    private int _row;

    public string Name => column.Name;

    /// <summary>Bytes of all values; of numbers, about.</summary>
    public long TextLength => column.Kind == StoredKind.Int64 ? column.Count * 4L
        : column.IsDictionary ? column.EntryCount == 0 ? 0 : (long)column.Text(0).Length * column.Count
        : column.PlainTexts.Length;

    /// <summary>Whether texts may be put together from the column's values.</summary>
    public static bool IsSource(in ColumnSlice column, int rowCount) =>
        column.Kind is StoredKind.String or StoredKind.Int64
        && !FieldNames.IsInternal(column.Name)
        && !(column.IsDictionary && column.EntryCount == 1 && column.Count == rowCount);

    /// <summary>The row's value, valid until the next call; false: it has none.</summary>
    public bool TryGet(int row, out ReadOnlySpan<byte> text)
    {
        var index = column.Count == rowCount ? row : IndexOf(row);
        if (index < 0)
        {
            text = default;
            return false;
        }

        if (column.Kind == StoredKind.Int64)
        {
            Utf8Formatter.TryFormat(column.Numbers[index], _digits, out var length);
            text = _digits.AsSpan(0, length);
        }
        else
        {
            text = column.Text(column.IsDictionary ? column.Codes[index] : index);
        }

        return true;
    }

    private int IndexOf(int row)
    {
        if (row < _row)
        {
            _next = 0;
        }

        _row = row;
        var rows = column.Rows;
        while (_next < rows.Length && rows[_next] < row)
        {
            _next++;
        }

        return _next < rows.Length && rows[_next] == row ? _next : -1;
    }
}
