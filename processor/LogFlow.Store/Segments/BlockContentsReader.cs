using System.Text;

namespace LogFlow.Store;

/// <summary>Reads from a block what its writer knew: documents and fields, of all rows or per index.</summary>
internal static class BlockContentsReader
{
    private const int JsonSampleMax = 256;

    /// <summary>The contents of a whole block.</summary>
    /// <exception cref="CorruptDataException">The block is damaged.</exception>
    public static BlockContents Read(BlockSource block)
    {
        var all = new BlockContents();
        foreach (var (_, contents) in ReadByIndex(block))
        {
            all.Add(contents);
        }

        return all;
    }

    /// <summary>The contents of a block, index by index.</summary>
    /// <exception cref="CorruptDataException">The block is damaged.</exception>
    public static Dictionary<string, BlockContents> ReadByIndex(BlockSource block)
    {
        using var scan = new BlockScan(block);
        var rows = RowsByIndex(scan);
        var bytesPerRow = block.Summary.RawBytes / Math.Max(1, scan.RowCount);
        var result = new Dictionary<string, BlockContents>(rows.Count, StringComparer.Ordinal);
        foreach (var (index, set) in rows)
        {
            var contents = new BlockContents();
            var count = set.Count;
            contents.AddIndex(index, count, count * bytesPerRow);
            result.Add(index, contents);
        }

        foreach (var entry in scan.Directory.Columns)
        {
            if (!FieldNames.IsInternal(entry.Name))
            {
                AddColumn(scan, entry, rows, result);
            }
        }

        return result;
    }

    private static Dictionary<string, RowSet> RowsByIndex(BlockScan scan)
    {
        var column = scan.TryLoad(FieldNames.Index) ?? throw new CorruptDataException("the block has no index column");
        var rows = new Dictionary<string, RowSet>(StringComparer.Ordinal);
        if (column is DictionaryColumn { IsConstant: true } constant)
        {
            var all = new RowSet(scan.RowCount);
            all.AddAll();
            rows.Add(Encoding.UTF8.GetString(constant.Entries[0].Span), all);
            return rows;
        }

        var values = new List<FieldValue>(1);
        for (var row = 0; row < scan.RowCount; row++)
        {
            values.Clear();
            column.Collect(row, default, values);
            var name = Encoding.UTF8.GetString(values[0].Text.Span);
            if (!rows.TryGetValue(name, out var set))
            {
                rows.Add(name, set = new RowSet(scan.RowCount));
            }

            set.Add(row);
        }

        return rows;
    }

    private static void AddColumn(
        BlockScan scan, ColumnEntry entry, Dictionary<string, RowSet> rows, Dictionary<string, BlockContents> result)
    {
        var isJson = entry.Has(ColumnFlags.IsJson);
        var isEverywhere = rows.Count == 1 || entry.PresentCount == scan.RowCount;
        if (isEverywhere && !isJson)
        {
            foreach (var contents in result.Values)
            {
                contents.AddField(entry.LogicalName, KindOf(entry.Type));
            }

            return;
        }

        var column = scan.Load(entry);
        foreach (var (index, set) in rows)
        {
            var present = new RowSet(scan.RowCount);
            column.AddPresent(present);
            present.IntersectWith(set);
            if (present.IsEmpty)
            {
                continue;
            }

            if (isJson)
            {
                AddLeaves(column, present, result[index]);
            }
            else
            {
                result[index].AddField(entry.LogicalName, KindOf(entry.Type));
            }
        }
    }

    /// <summary>The fields below a JSON column's values; of many values, those of the first.</summary>
    private static void AddLeaves(Column column, RowSet present, BlockContents contents)
    {
        var rows = new int[column.RowCount];
        var count = Math.Min(present.CopyTo(rows), JsonSampleMax);
        var json = new ByteWriter(256);
        foreach (var row in rows.AsSpan(0, count))
        {
            json.Reset();
            column.WriteJson(row, json);
            JsonLeaves.CollectNames(json.Written, column.Entry.LogicalName, contents.AddField);
        }
    }

    private static StoredKind KindOf(ColumnType type) => type switch
    {
        ColumnType.Int64 => StoredKind.Int64,
        ColumnType.Double => StoredKind.Double,
        ColumnType.Bool => StoredKind.Bool,
        _ => StoredKind.String,
    };
}
