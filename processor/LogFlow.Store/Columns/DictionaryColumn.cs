namespace LogFlow.Store;

/// <summary>At most 255 distinct texts; code 0 is no value, code n is entry n - 1.</summary>
internal sealed class DictionaryColumn(
    ColumnEntry entry, int rowCount, ReadOnlyMemory<byte>[] entries, ReadOnlyMemory<byte> codes)
    : Column(entry, rowCount, null)
{
    public ReadOnlyMemory<byte>[] Entries { get; } = entries;

    /// <summary>Empty for a constant column: every row has entry 0.</summary>
    public ReadOnlySpan<byte> Codes => codes.Span;

    public bool IsConstant => Entry.Has(ColumnFlags.IsConstant);

    public int CodeOf(int row) => IsConstant ? 1 : codes.Span[row];

    public override bool Has(int row) => CodeOf(row) != 0;

    public override bool TryGet(int row, out FieldValue value)
    {
        var code = CodeOf(row);
        value = code == 0 ? default : FieldValue.OfText(Entries[code - 1]);
        return code != 0;
    }

    public override void Collect(int row, ReadOnlySpan<byte> path, List<FieldValue> values)
    {
        var code = CodeOf(row);
        if (code != 0)
        {
            CollectEntry(code - 1, path, values);
        }
    }

    public void CollectEntry(int index, ReadOnlySpan<byte> path, List<FieldValue> values)
    {
        if (IsJson)
        {
            JsonLeaves.Collect(Entries[index], path, values);
        }
        else if (path.IsEmpty)
        {
            values.Add(FieldValue.OfText(Entries[index]));
        }
    }

    public override void WriteJson(int row, ByteWriter output)
    {
        var text = Entries[CodeOf(row) - 1].Span;
        if (IsJson)
        {
            output.Write(text);
        }
        else
        {
            JsonValueWriter.WriteString(output, text);
        }
    }

    public override void AddPresent(RowSet hits)
    {
        if (IsConstant)
        {
            hits.AddAll();
            return;
        }

        var rows = Codes;
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row] != 0)
            {
                hits.Add(row);
            }
        }
    }

    public override void Match(FieldPredicate predicate, ReadOnlySpan<byte> path, RowSet hits)
    {
        Span<bool> takes = stackalloc bool[256];
        takes.Clear();
        var values = new List<FieldValue>();
        var any = false;
        for (var i = 0; i < Entries.Length; i++)
        {
            values.Clear();
            CollectEntry(i, path, values);
            takes[i + 1] = predicate.MatchAny(values);
            any |= takes[i + 1];
        }

        if (!any)
        {
            return;
        }

        if (IsConstant)
        {
            hits.AddAll();
            return;
        }

        var rows = Codes;
        for (var row = 0; row < rows.Length; row++)
        {
            if (takes[rows[row]])
            {
                hits.Add(row);
            }
        }
    }
}
