using System.Text;

namespace LogFlow.Store.Tests;

/// <summary>One block of documents, encoded as a segment keeps it and as a view of an open block is.</summary>
internal sealed class TestBlock
{
    private readonly MemoryBlock _kept;
    private readonly MemoryBlock _view;

    public TestBlock(string[] documents)
    {
        var catalog = new FieldCatalog();
        var builder = new BlockBuilder(catalog);
        var parser = new DocumentParser(catalog);
        var tape = new DocumentTape();
        for (var i = 0; i < documents.Length; i++)
        {
            var text = documents[i].Contains("@timestamp", StringComparison.Ordinal)
                ? documents[i]
                : documents[i].Insert(1, "\"@timestamp\":\"2026-11-20T10:00:00.000Z\",");
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.True(parser.TryParse(bytes, tape), parser.Problem.Reason);
            builder.Append(bytes, tape, new RowIdentity { Sequence = i, Index = "logs-a-b"u8 });
        }

        RowCount = documents.Length;
        var encoder = new ColumnEncoder();
        _kept = builder.Encode(encoder, PageCodecs.LevelFast);
        _view = builder.Encode(encoder, level: 0);
    }

    public int RowCount { get; }

    public ColumnType TypeOf(string field) => _kept.Directory.Find(field)!.Type;

    public int PageLength(string field) => _kept.Directory.Find(field)!.RawLength;

    public string WholeText(string field, int row) => TextOf(_view, field, row);

    public string PiecedText(string field, int row) => TextOf(_kept, field, row);

    public List<int> SearchWhole(string field, ValuePredicate predicate) => Search(_view, field, predicate);

    public List<int> SearchPieced(string field, ValuePredicate predicate) => Search(_kept, field, predicate);

    /// <summary>Loads a column of the kept block, whose directory says something else of another.</summary>
    public void LoadWithSource(string field, string source, ColumnType? type)
    {
        var columns = new List<ColumnEntry>(_kept.Directory.Columns);
        var index = columns.FindIndex(column => column.Name == source);
        columns.RemoveAt(index);
        if (type is { } other)
        {
            columns.Add(new ColumnEntry { Name = source, Type = other });
        }

        var directory = new BlockDirectory(RowCount, [.. columns]);
        using var scan = new BlockScan(new MemoryBlock(_kept.Summary, _kept.Pages, directory, _kept.Contents));
        scan.TryLoad(field);
    }

    private static string TextOf(MemoryBlock block, string field, int row)
    {
        using var scan = new BlockScan(block);
        Assert.True(scan.TryLoad(field)!.TryGet(row, out var value));
        return Encoding.UTF8.GetString(value.Text.Span);
    }

    private static List<int> Search(MemoryBlock block, string field, ValuePredicate predicate)
    {
        using var scan = new BlockScan(block);
        var hits = new RowSet(block.Directory.RowCount);
        scan.TryLoad(field)!.Match(new FieldPredicate(FieldTypes.Of(field), predicate), default, hits);
        var rows = new int[hits.RowCount];
        return [.. rows.AsSpan(0, hits.CopyTo(rows))];
    }
}
