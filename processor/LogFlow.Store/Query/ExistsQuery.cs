namespace LogFlow.Store;

/// <summary>Documents that have an indexed value in a field, or in a field below it.</summary>
internal sealed class ExistsQuery(string field) : QueryNode
{
    public override bool MatchesAll(BlockSource block) => field == FieldNames.Timestamp;

    public override int? TryCount(BlockSource block)
    {
        if (MatchesAll(block))
        {
            return block.Summary.RowCount;
        }

        var prefix = field + ".";
        int? count = 0;
        foreach (var entry in block.LoadDirectory().Columns)
        {
            if (FieldNames.IsInternal(entry.Name))
            {
                continue;
            }

            var name = entry.LogicalName;
            var isInside = entry.Has(ColumnFlags.HasObjects) && field.StartsWith(name + ".", StringComparison.Ordinal);
            if (!isInside && name != field && !name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            // Of two columns a row may have both.
            if (isInside || count != 0 || !IsEachValueIndexed(entry))
            {
                return null;
            }

            count = entry.PresentCount;
        }

        return count;
    }

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        var prefix = field + ".";
        foreach (var entry in scan.Directory.Columns)
        {
            if (FieldNames.IsInternal(entry.Name))
            {
                continue;
            }

            var name = entry.LogicalName;
            if (name == field || name.StartsWith(prefix, StringComparison.Ordinal))
            {
                AddColumn(scan, entry, hits);
            }
            else if (entry.Has(ColumnFlags.HasObjects) && field.StartsWith(name + ".", StringComparison.Ordinal))
            {
                AddBelow(scan, entry, field[(name.Length + 1)..], hits);
            }
        }
    }

    private static void AddColumn(BlockScan scan, ColumnEntry entry, RowSet hits)
    {
        var type = FieldTypes.Of(entry.LogicalName);
        if (IsEachValueIndexed(entry))
        {
            scan.Load(entry).AddPresent(hits);
            return;
        }

        if (entry.Has(ColumnFlags.HasObjects))
        {
            AddBelow(scan, entry, "", hits);
            return;
        }

        scan.Load(entry).Match(new FieldPredicate(type, EverythingPredicate.Instance), default, hits);
    }

    /// <summary>Whether the column's type alone says that none of its values is passed over.</summary>
    private static bool IsEachValueIndexed(ColumnEntry entry) => entry.Type switch
    {
        ColumnType.Int64 or ColumnType.Double or ColumnType.Bool or ColumnType.Time or ColumnType.Ipv4 => true,
        _ when entry.Has(ColumnFlags.IsJson) => false,

        // No text of a dictionary is longer than what a keyword indexes.
        ColumnType.Dictionary => FieldTypes.Of(entry.LogicalName) is not (FieldType.Ip or FieldType.Date
            or FieldType.Long),
        _ => FieldTypes.Of(entry.LogicalName) == FieldType.Text,
    };

    /// <summary>Values inside of JSON objects, whose own names decide what of them is indexed.</summary>
    private static void AddBelow(BlockScan scan, ColumnEntry entry, string path, RowSet hits)
    {
        var column = scan.Load(entry);
        var output = new ByteWriter();
        for (var row = 0; row < scan.RowCount; row++)
        {
            if (!column.Has(row))
            {
                continue;
            }

            output.Reset();
            column.WriteJson(row, output);
            var found = false;
            var wanted = path.Length == 0 ? entry.LogicalName : entry.LogicalName + "." + path;
            JsonLeaves.CollectNames(output.Written, entry.LogicalName, (name, _) =>
                found |= name == wanted || name.StartsWith(wanted + ".", StringComparison.Ordinal));
            if (found)
            {
                hits.Add(row);
            }
        }
    }
}

/// <summary>Any indexed value.</summary>
internal sealed class EverythingPredicate : ValuePredicate
{
    public static EverythingPredicate Instance { get; } = new();

    public override bool MatchText(ReadOnlySpan<byte> text) => true;

    public override bool MatchInt64(long value) => true;

    public override bool MatchDouble(double value) => true;

    public override bool MatchBool(bool value) => true;

    public override bool MatchDate(long ms) => true;
}
