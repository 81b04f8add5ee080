using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace LogFlow.Store;

/// <summary>The values of a decoded column as texts, laid out so that a row's is found without a question.</summary>
internal sealed class PieceValues
{
    private const int Missing = -1;

    private readonly ArraySegment<byte> _bytes;
    private readonly int[] _starts;
    private readonly int[] _lengths;

    private PieceValues(ReadOnlyMemory<byte> bytes, int rowCount)
    {
        _bytes = MemoryMarshal.TryGetArray(bytes, out var array) ? array : bytes.ToArray();
        _starts = new int[rowCount];
        _lengths = new int[rowCount];
        _lengths.AsSpan().Fill(Missing);
    }

    /// <summary>The values of a column of texts or integers.</summary>
    public static PieceValues Of(Column column) => column switch
    {
        DictionaryColumn dictionary => OfEntries(dictionary),
        TextColumn texts => OfTexts(texts),
        NumberColumn numbers => OfIntegers(numbers),
        _ => throw new CorruptDataException($"column '{column.Entry.LogicalName}' has no texts"),
    };

    /// <exception cref="CorruptDataException">The row has none.</exception>
    public ReadOnlySpan<byte> Get(int row) => _lengths[row] != Missing
        ? _bytes.AsSpan(_starts[row], _lengths[row])
        : throw new CorruptDataException("a text in pieces needs a value that its row has not");

    private static PieceValues OfEntries(DictionaryColumn column)
    {
        var bytes = new ByteWriter();
        Span<int> ends = stackalloc int[256];
        for (var i = 0; i < column.Entries.Length; i++)
        {
            bytes.Write(column.Entries[i].Span);
            ends[i + 1] = bytes.Length;
        }

        var values = new PieceValues(bytes.WrittenMemory, column.RowCount);
        for (var row = 0; row < column.RowCount; row++)
        {
            var code = column.CodeOf(row);
            if (code > 0)
            {
                values._starts[row] = ends[code - 1];
                values._lengths[row] = ends[code] - ends[code - 1];
            }
        }

        return values;
    }

    private static PieceValues OfTexts(TextColumn column)
    {
        var values = new PieceValues(column.Texts, column.RowCount);
        var start = 0;
        for (var row = 0; row < column.RowCount; row++)
        {
            var end = column.Ends[row];
            if (column.Has(row))
            {
                values._starts[row] = start;
                values._lengths[row] = end - start;
            }

            start = end;
        }

        return values;
    }

    private static PieceValues OfIntegers(NumberColumn column)
    {
        const int longest = 20;
        var bytes = new ByteWriter(column.RowCount * 4);
        var ends = new int[column.RowCount];
        for (var row = 0; row < ends.Length; row++)
        {
            if (column.Has(row))
            {
                Utf8Formatter.TryFormat(column.Values[row], bytes.GetSpan(longest), out var length);
                bytes.Advance(length);
            }

            ends[row] = bytes.Length;
        }

        var values = new PieceValues(bytes.WrittenMemory, ends.Length);
        var start = 0;
        for (var row = 0; row < ends.Length; row++)
        {
            if (ends[row] > start)
            {
                values._starts[row] = start;
                values._lengths[row] = ends[row] - start;
            }

            start = ends[row];
        }

        return values;
    }
}
