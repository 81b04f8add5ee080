namespace LogFlow.Store;

/// <summary>The (index, id) hashes of a block's rows, as far as senders chose their ids.</summary>
internal sealed class IdColumns
{
    private readonly Column _ids;
    private readonly Column _indices;
    private readonly ulong[] _indexHashes;
    private readonly List<FieldValue> _values = new(1);

    private IdColumns(BlockScan scan, Column ids)
    {
        _ids = ids;
        _indices = scan.TryLoad(FieldNames.Index) ?? throw new CorruptDataException("the block has no index column");
        _indexHashes = _indices is DictionaryColumn dictionary
            ? [.. dictionary.Entries.Select(entry => IdHash.OfIndex(entry.Span))]
            : [];
    }

    /// <summary>Null where no row has an id of its own.</summary>
    public static IdColumns? Of(BlockScan scan) =>
        scan.TryLoad(FieldNames.Id) is { } ids ? new IdColumns(scan, ids) : null;

    public bool Has(int row) => _ids.Has(row);

    public ReadOnlySpan<byte> IdOf(int row) => TextOf(_ids, row);

    public ReadOnlySpan<byte> IndexOf(int row) => TextOf(_indices, row);

    public ulong HashOf(int row) => IdHash.Short(
        _indices is DictionaryColumn dictionary
            ? _indexHashes[dictionary.CodeOf(row) - 1]
            : IdHash.OfIndex(IndexOf(row)),
        IdOf(row));

    private ReadOnlySpan<byte> TextOf(Column column, int row)
    {
        if (column is TextColumn { IsJson: false } texts)
        {
            return texts.Text(row).Span;
        }

        _values.Clear();
        column.Collect(row, default, _values);
        return _values.Count > 0 ? _values[0].Text.Span : default;
    }
}
