using System.Buffers;
using System.Text;

namespace LogFlow.Store;

/// <summary>One block while a query looks at it: columns are read and decoded when first asked for, and once.</summary>
/// <param name="source">The block.</param>
/// <param name="matches">Where searches remember what they found; null: whoever looks is no search.</param>
internal sealed class BlockScan(BlockSource source, MatchCache? matches = null) : IDisposable
{
    private readonly Dictionary<ColumnEntry, Column> _columns = [];
    private readonly Dictionary<string, FieldColumn[]> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BlockTerms> _terms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FieldAccess> _access = new(StringComparer.Ordinal);
    private readonly List<byte[]> _rented = [];

    public BlockSource Source { get; } = source;

    public BlockDirectory Directory { get; } = source.LoadDirectory();

    public MatchCache? Matches { get; } = matches;

    public int RowCount => Directory.RowCount;

    public Column Load(ColumnEntry entry)
    {
        if (!_columns.TryGetValue(entry, out var column))
        {
            var page = Source.ReadPage(entry, out var rented);
            if (rented is not null)
            {
                _rented.Add(rented);
            }

            column = ColumnDecoder.Decode(entry, page, this);
            _columns.Add(entry, column);
        }

        return column;
    }

    public Column? TryLoad(string physicalName) => Directory.Find(physicalName) is { } entry ? Load(entry) : null;

    public NumberColumn? LoadNumbers(string physicalName) => TryLoad(physicalName) as NumberColumn;

    /// <summary>
    /// Where values of a field may stand: columns of that name, and JSON columns above it that contain objects.
    /// </summary>
    public FieldColumn[] Find(string field)
    {
        if (_fields.TryGetValue(field, out var found))
        {
            return found;
        }

        List<FieldColumn>? list = null;
        foreach (var entry in Directory.Columns)
        {
            var name = entry.LogicalName;
            if (name == field)
            {
                (list ??= []).Add(new FieldColumn(entry, []));
            }
            else if (entry.Has(ColumnFlags.HasObjects) && field.Length > name.Length && field[name.Length] == '.'
                && field.StartsWith(name, StringComparison.Ordinal))
            {
                (list ??= []).Add(new FieldColumn(entry, Encoding.UTF8.GetBytes(field[(name.Length + 1)..])));
            }
        }

        found = list is null ? [] : [.. list];
        _fields.Add(field, found);
        return found;
    }

    public FieldAccess GetAccess(string field)
    {
        if (!_access.TryGetValue(field, out var access))
        {
            _access.Add(field, access = new FieldAccess(this, field));
        }

        return access;
    }

    public BlockTerms GetTerms(string field)
    {
        if (!_terms.TryGetValue(field, out var terms))
        {
            _terms.Add(field, terms = new BlockTerms(this, field));
        }

        return terms;
    }

    public void Dispose()
    {
        foreach (var rented in _rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        _rented.Clear();
        _columns.Clear();
    }
}

/// <summary>A column in which a field's values stand, at a path below its JSON values (empty: the values).</summary>
internal readonly record struct FieldColumn(ColumnEntry Entry, byte[] Path);
