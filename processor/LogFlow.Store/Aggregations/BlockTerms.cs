using System.Runtime.InteropServices;

namespace LogFlow.Store;

/// <summary>The distinct values of a field in one block, and which of them each row has.</summary>
internal sealed class BlockTerms
{
    private readonly List<TermKey> _keys = [];
    private readonly Dictionary<ulong, int> _texts = [];
    private readonly Dictionary<(StoredKind, long), int> _numbers = [];
    private readonly FieldType _type;
    private readonly int[] _starts;
    private readonly List<int> _ordinals;

    public BlockTerms(BlockScan scan, string field)
    {
        var access = new FieldAccess(scan, field);
        _type = access.Type;
        _starts = new int[scan.RowCount + 1];
        _ordinals = new List<int>(scan.RowCount);
        if (access.Single is DictionaryColumn dictionary)
        {
            FillFromDictionary(dictionary, access.Type, scan.RowCount);
            return;
        }

        var values = new List<FieldValue>();
        for (var row = 0; row < scan.RowCount; row++)
        {
            values.Clear();
            access.Collect(row, values);
            foreach (var value in values)
            {
                AddOnce(row, OrdinalOf(value));
            }

            _starts[row + 1] = _ordinals.Count;
        }
    }

    public IReadOnlyList<TermKey> Keys => _keys;

    /// <summary>The row's values as indexes into <see cref="Keys"/>, each once.</summary>
    public ReadOnlySpan<int> Of(int row) => CollectionsMarshal
        .AsSpan(_ordinals)[_starts[row].._starts[row + 1]];

    private void FillFromDictionary(DictionaryColumn column, FieldType type, int rowCount)
    {
        Span<int> ordinals = stackalloc int[256];
        ordinals.Fill(-1);
        var values = new List<FieldValue>(1);
        for (var i = 0; i < column.Entries.Length; i++)
        {
            values.Clear();
            column.CollectEntry(i, default, values);
            if (values[0].TryNormalize(type, out var value))
            {
                ordinals[i + 1] = OrdinalOf(value);
            }
        }

        for (var row = 0; row < rowCount; row++)
        {
            var ordinal = ordinals[column.CodeOf(row)];
            if (ordinal >= 0)
            {
                _ordinals.Add(ordinal);
            }

            _starts[row + 1] = _ordinals.Count;
        }
    }

    private void AddOnce(int row, int ordinal)
    {
        for (var i = _starts[row]; i < _ordinals.Count; i++)
        {
            if (_ordinals[i] == ordinal)
            {
                return;
            }
        }

        _ordinals.Add(ordinal);
    }

    private int OrdinalOf(in FieldValue value)
    {
        // Booleans, numbers, times and dotted quads never share a key.
        var bits = value.Bits;
        if (value.Kind != StoredKind.String || Ipv4Text.TryParse(value.Text.Span, out bits))
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _numbers, (value.Kind, bits), out var isKnown);
            return isKnown ? number : number = Add(value);
        }

        // No string is made for a value that was seen before in this block.
        for (var hash = Hash64.Compute(value.Text.Span); ; hash++)
        {
            ref var text = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, hash, out var isKnown);
            if (!isKnown)
            {
                return text = Add(value);
            }

            if (IsSame(_keys[text].GetText(), value.Text.Span))
            {
                return text;
            }
        }
    }

    private int Add(in FieldValue value)
    {
        _keys.Add(TermKey.Of(value, _type));
        return _keys.Count - 1;
    }

    private static bool IsSame(string text, ReadOnlySpan<byte> utf8)
    {
        if (System.Text.Ascii.Equals(utf8, text))
        {
            return true;
        }

        return System.Text.Encoding.UTF8.GetByteCount(text) == utf8.Length
            && System.Text.Encoding.UTF8.GetString(utf8) == text;
    }
}
