using System.Text;

namespace LogFlow.Store;

/// <summary>An open block: rows of one UTC day in the making.</summary>
internal sealed class BlockBuilder(FieldCatalog catalog)
{
    /// <summary>
    /// Matches VictoriaLogs' block: large enough to compress, small enough to decompress for one hit.
    /// </summary>
    public const long RawBytesMax = 2 << 20;

    public const int RowCountMax = 16_384;

    private const int JsonSampleMax = 256;

    private readonly FieldCatalog _catalog = catalog;
    private readonly List<ColumnBuilder> _used = [];
    private ColumnBuilder?[] _columns = new ColumnBuilder?[64];
    private long _minTimeMs;
    private long _maxTimeMs;
    private long _minSequence;
    private long _maxSequence;

    public int RowCount { get; private set; }

    public long RawBytes { get; private set; }

    public bool IsFull => RawBytes >= RawBytesMax || RowCount >= RowCountMax;

    public void Append(ReadOnlySpan<byte> document, DocumentTape tape, in RowIdentity identity)
    {
        var row = RowCount++;
        RawBytes += document.Length;
        (_minTimeMs, _maxTimeMs) = row == 0
            ? (tape.TimestampMs, tape.TimestampMs)
            : (Math.Min(_minTimeMs, tape.TimestampMs), Math.Max(_maxTimeMs, tape.TimestampMs));
        (_minSequence, _maxSequence) = row == 0
            ? (identity.Sequence, identity.Sequence)
            : (Math.Min(_minSequence, identity.Sequence), Math.Max(_maxSequence, identity.Sequence));
        AppendIdentity(row, identity);
        foreach (ref readonly var entry in tape.Entries)
        {
            AppendValue(row, document, tape, entry);
        }
    }

    public bool BelongsTo(FieldCatalog catalog) => ReferenceEquals(catalog, _catalog);

    /// <summary>What is known of the rows so far.</summary>
    public BlockSummary Summarize() =>
        new(RowCount, RawBytes, _minTimeMs, _maxTimeMs, _minSequence, _maxSequence);

    public MemoryBlock Encode(ColumnEncoder encoder, int level) => Encode(encoder, level, Summarize());

    /// <summary>The first rows only: those that <paramref name="summary"/> was made of.</summary>
    public MemoryBlock Encode(ColumnEncoder encoder, int level, in BlockSummary summary)
    {
        var contents = new BlockContents();
        encoder.Start();
        var columns = new List<ColumnSlice>(_used.Count);
        foreach (var column in _used)
        {
            if (column.Before(summary.RowCount) is { Count: > 0 } slice)
            {
                columns.Add(slice);
            }
        }

        // A view of an open block lives for a moment only.
        var plans = level == 0 ? [] : PiecePlanner.Plan(columns, summary.RowCount);
        foreach (var column in columns)
        {
            encoder.Add(column, summary.RowCount, level, plans.GetValueOrDefault(column.Name));
            Describe(column, summary, contents);
        }

        var (pages, directory) = encoder.Finish(summary.RowCount);
        return new MemoryBlock(summary, pages, directory, contents);
    }

    public void Reset()
    {
        foreach (var column in _used)
        {
            column.Reset();
        }

        _used.Clear();
        RowCount = 0;
        RawBytes = 0;
    }

    private void AppendIdentity(int row, in RowIdentity identity)
    {
        Column(_catalog.Index).AddText(row, identity.Index);
        Column(_catalog.Sequence).AddNumber(row, StoredKind.Int64, identity.Sequence);
        if (identity.HasQueueId)
        {
            Column(_catalog.Topic).AddText(row, identity.Topic);
            Column(_catalog.Partition).AddNumber(row, StoredKind.Int64, identity.QueueId.Partition);
            Column(_catalog.Offset).AddNumber(row, StoredKind.Int64, identity.QueueId.Offset);
            if (identity.QueueId.Part > 0)
            {
                Column(_catalog.Part).AddNumber(row, StoredKind.Int64, identity.QueueId.Part);
            }
        }
        else if (!identity.ExplicitId.IsEmpty)
        {
            Column(_catalog.Id).AddText(row, identity.ExplicitId);
        }
    }

    private void AppendValue(int row, ReadOnlySpan<byte> document, DocumentTape tape, in TapeEntry entry)
    {
        var column = Column(entry.Node);
        if (column.Takes(entry.Kind, entry.Digits))
        {
            switch (entry.Kind)
            {
                case StoredKind.String:
                    column.AddText(row, tape.Text(document, entry));
                    break;
                case StoredKind.Json:
                    column.AddJson(row, document.Slice(entry.RawStart, entry.RawLength));
                    break;
                default:
                    column.AddNumber(row, entry.Kind, entry.Bits, entry.Digits);
                    break;
            }

            return;
        }

        // Two kinds of values in one block: dates among strings become strings, anything else JSON.
        var isText = entry.Kind is StoredKind.Time or StoredKind.String;
        if (isText && (column.Kind is StoredKind.Time or StoredKind.String))
        {
            if (column.Kind == StoredKind.Time)
            {
                column.ConvertTimesToTexts();
            }

            column.AddText(row, tape.Text(document, entry));
            return;
        }

        column.ConvertToJson();
        column.AddJson(row, document.Slice(entry.RawStart, entry.RawLength));
    }

    private ColumnBuilder Column(FieldNode node)
    {
        if (node.Id >= _columns.Length)
        {
            Array.Resize(ref _columns, Math.Max(_columns.Length * 2, node.Id + 1));
        }

        var column = _columns[node.Id] ??= new ColumnBuilder(node.PhysicalName);
        if (column.Kind == StoredKind.None)
        {
            _used.Add(column);
        }

        return column;
    }

    private static void Describe(ColumnSlice column, in BlockSummary summary, BlockContents contents)
    {
        if (column.Name == FieldNames.Index)
        {
            DescribeIndices(column, summary, contents);
        }

        if (FieldNames.IsInternal(column.Name))
        {
            return;
        }

        var name = FieldNames.Logical(column.Name);
        if (column.Kind != StoredKind.Json)
        {
            contents.AddField(name, column.Kind == StoredKind.Time ? StoredKind.String : column.Kind);
            return;
        }

        var count = column.IsDictionary ? column.EntryCount : Math.Min(column.Count, JsonSampleMax);
        for (var i = 0; i < count; i++)
        {
            JsonLeaves.CollectNames(column.Text(i), name, contents.AddField);
        }
    }

    private static void DescribeIndices(ColumnSlice column, in BlockSummary summary, BlockContents contents)
    {
        var bytesPerRow = summary.RawBytes / Math.Max(1, summary.RowCount);
        if (!column.IsDictionary)
        {
            for (var i = 0; i < column.Count; i++)
            {
                contents.AddIndex(Encoding.UTF8.GetString(column.Text(i)), 1, bytesPerRow);
            }

            return;
        }

        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var code in column.Codes)
        {
            counts[code]++;
        }

        for (var i = 0; i < column.EntryCount; i++)
        {
            // An entry of a later row has none here.
            if (counts[i] == 0)
            {
                continue;
            }

            contents.AddIndex(Encoding.UTF8.GetString(column.Text(i)), counts[i], counts[i] * bytesPerRow);
        }
    }
}
