using System.Text;

namespace LogFlow.Store;

/// <summary>Reads the hits of one block: index, id, source, fields and what is marked in them.</summary>
internal sealed class HitFetcher : IDisposable
{
    private readonly BlockScan _scan;
    private readonly RowIds _ids;
    private readonly FieldAccess _indices;
    private readonly SourceWriter? _source;
    private readonly List<(string Name, FieldAccess Access, string? Format)> _fields = [];
    private readonly BlockHighlighter? _highlighter;
    private readonly ByteWriter _buffer = new(1024);
    private readonly List<FieldValue> _values = [];

    public HitFetcher(BlockSource block, SearchRequest request)
    {
        _scan = new BlockScan(block);
        try
        {
            _ids = new RowIds(_scan);
            _indices = new FieldAccess(_scan, "_index");
            _source = request.Source.IsEnabled ? new SourceWriter(_scan, request.Source) : null;
            _highlighter = request.Highlight.Count > 0 ? new BlockHighlighter(_scan, request) : null;
            foreach (var fetch in request.Fields)
            {
                AddFields(fetch);
            }
        }
        catch
        {
            _scan.Dispose();
            throw;
        }
    }

    public FetchedHit Fetch(Hit hit)
    {
        byte[]? source = null;
        if (_source is not null)
        {
            _buffer.Reset();
            _source.Write(hit.Row, _buffer);
            source = _buffer.ToArray();
        }

        _values.Clear();
        _indices.Collect(hit.Row, _values);
        var fields = new List<(string, List<FieldValue>, string?)>();
        foreach (var (name, access, format) in _fields)
        {
            var values = new List<FieldValue>();
            access.Collect(hit.Row, values);
            if (values.Count > 0)
            {
                // The texts point into the block's pages, which go back to the pool.
                fields.Add((name, [.. values.Select(Copy)], format));
            }
        }

        var index = Encoding.UTF8.GetString(_values[0].Text.Span);
        return new FetchedHit(index, _ids.Format(hit.Row), hit.Keys, hit.Sequence, source, fields)
        {
            Highlights = _highlighter?.Mark(hit.Row) ?? [],
        };
    }

    public void Dispose() => _scan.Dispose();

    private static FieldValue Copy(FieldValue value) =>
        value.Kind == StoredKind.String ? FieldValue.OfText(value.Text.ToArray()) : value;

    private void AddFields(FieldFetch fetch)
    {
        if (!fetch.Pattern.Contains('*'))
        {
            _fields.Add((fetch.Pattern, new FieldAccess(_scan, fetch.Pattern), fetch.Format));
            return;
        }

        var names = _scan.Directory.Columns.Where(entry => !FieldNames.IsInternal(entry.Name))
            .Select(entry => entry.LogicalName);
        foreach (var name in names.Where(name => SimplePattern.Matches(fetch.Pattern, name)).Distinct())
        {
            if (_fields.All(field => field.Name != name))
            {
                _fields.Add((name, new FieldAccess(_scan, name), fetch.Format));
            }
        }
    }
}
