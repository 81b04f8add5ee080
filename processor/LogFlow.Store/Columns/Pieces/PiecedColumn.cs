namespace LogFlow.Store;

/// <summary>
/// Texts that are put together from values of other columns when a row is asked for; words are looked for in the
/// pieces (<see cref="PieceSearch"/>).
/// </summary>
internal sealed class PiecedColumn : Column
{
    private readonly PiecePage _page;
    private readonly BlockScan _scan;
    private readonly ColumnEntry[] _sources;
    private readonly PieceValues?[] _values;
    private readonly ByteWriter _text = new();

    /// <param name="entry">The column.</param>
    /// <param name="page">Its page behind the bits of its rows.</param>
    /// <param name="present">The rows that have a value; null: all.</param>
    /// <param name="scan">The block, whose other columns are loaded when they are needed.</param>
    /// <exception cref="CorruptDataException">The page does not fit the block.</exception>
    public PiecedColumn(ColumnEntry entry, ReadOnlyMemory<byte> page, RowSet? present, BlockScan scan)
        : base(entry, scan.RowCount, present)
    {
        _scan = scan;
        _page = new PiecePage(page, scan.RowCount, entry.PresentCount, present);
        _sources = [.. _page.SourceNames.Select(FindSource)];
        _values = new PieceValues?[_sources.Length];
    }

    public PiecePage Page => _page;

    /// <summary>What the directory says of a column whose values are used.</summary>
    public ColumnEntry SourceEntry(int source) => _sources[source];

    /// <summary>A column whose values are used.</summary>
    public Column LoadSource(int source) => _scan.Load(_sources[source]);

    /// <summary>The row's text, which must be there; valid until the next call.</summary>
    public ReadOnlySpan<byte> Text(int row)
    {
        var code = _page.CodeOf(row);
        var ordinal = _page.OrdinalOf(row);
        if (code == PiecePlan.Whole)
        {
            return _page.Whole.Get(ordinal);
        }

        _text.Reset();
        var template = _page.Templates[code - 1];
        for (var i = 0; i < template.Gaps.Length; i++)
        {
            var gap = template.Gaps[i];
            _text.Write(gap.Prefix);
            if (_page.StreamOf(code - 1, i) is { } stream)
            {
                _text.Write(stream.Get(ordinal));
                _text.Write(gap.Suffix);
            }

            if (i < template.Sources.Length)
            {
                _text.Write(ValuesOf(template.Sources[i]).Get(row));
            }
        }

        return _text.Written;
    }

    public override bool TryGet(int row, out FieldValue value)
    {
        var has = Has(row);
        value = has ? FieldValue.OfText(Text(row).ToArray()) : default;
        return has;
    }

    public override void Collect(int row, ReadOnlySpan<byte> path, List<FieldValue> values)
    {
        if (path.IsEmpty && TryGet(row, out var value))
        {
            values.Add(value);
        }
    }

    public override void WriteJson(int row, ByteWriter output) => JsonValueWriter.WriteString(output, Text(row));

    public override void Match(FieldPredicate predicate, ReadOnlySpan<byte> path, RowSet hits)
    {
        if (!predicate.TakesPlainTexts)
        {
            MatchEach(predicate, path, hits);
            return;
        }

        if (!path.IsEmpty)
        {
            return;
        }

        if (!predicate.Predicate.Needle.IsEmpty)
        {
            new PieceSearch(this, predicate, hits).Run();
            return;
        }

        for (var row = 0; row < RowCount; row++)
        {
            if (Has(row) && predicate.MatchPlainText(Text(row)))
            {
                hits.Add(row);
            }
        }
    }

    /// <summary>A source stands for itself, so that no column waits for another in a circle.</summary>
    private ColumnEntry FindSource(string name) =>
        _scan.Directory.Find(name) is { } entry && !entry.Has(ColumnFlags.IsJson)
            && entry.Type is ColumnType.Dictionary or ColumnType.Text or ColumnType.Ipv4 or ColumnType.Int64
            ? entry
            : throw new CorruptDataException($"texts in pieces need the column '{name}', which has no such values");

    private PieceValues ValuesOf(int source) => _values[source] ??= PieceValues.Of(LoadSource(source));
}
