namespace LogFlow.Store;

/// <summary>Integers, doubles, booleans or times: 64 bits a row.</summary>
internal sealed class NumberColumn(ColumnEntry entry, int rowCount, RowSet? present, long[] values, byte digits)
    : Column(entry, rowCount, present)
{
    /// <summary>One entry a row; those of rows without a value mean nothing.</summary>
    public ReadOnlySpan<long> Values => values.AsSpan(0, RowCount);

    /// <summary>Of times: decimal digits of their seconds.</summary>
    public byte Digits { get; } = digits;

    public override bool TryGet(int row, out FieldValue value)
    {
        var has = Has(row);
        value = has ? Get(row) : default;
        return has;
    }

    public override void Collect(int row, ReadOnlySpan<byte> path, List<FieldValue> list)
    {
        if (path.IsEmpty && Has(row))
        {
            list.Add(Get(row));
        }
    }

    public FieldValue Get(int row) => Entry.Type switch
    {
        ColumnType.Int64 => FieldValue.OfInt64(values[row]),
        ColumnType.Double => FieldValue.OfDouble(BitConverter.Int64BitsToDouble(values[row])),
        ColumnType.Bool => FieldValue.OfBool(values[row] != 0),
        _ => FieldValue.OfTime(TimeText.ToMs(values[row], Digits)),
    };

    public override void WriteJson(int row, ByteWriter output)
    {
        if (Entry.Type == ColumnType.Time)
        {
            output.WriteByte((byte)'"');
            output.Advance(TimeText.Format(values[row], Digits, output.GetSpan(40)));
            output.WriteByte((byte)'"');
            return;
        }

        Get(row).WriteJson(output);
    }

    public override void Match(FieldPredicate predicate, ReadOnlySpan<byte> path, RowSet hits)
    {
        if (!path.IsEmpty)
        {
            return;
        }

        var isInteger = Entry.Type == ColumnType.Int64 && (predicate.Type is FieldType.Dynamic or FieldType.Long);
        var isTime = Entry.Type == ColumnType.Time && predicate.Type == FieldType.Date;
        if (!isInteger && !isTime)
        {
            MatchEach(predicate, path, hits);
            return;
        }

        for (var row = 0; row < RowCount; row++)
        {
            var isHit = isInteger
                ? predicate.Predicate.MatchInt64(values[row])
                : predicate.Predicate.MatchDate(TimeText.ToMs(values[row], Digits));
            if (isHit && Has(row))
            {
                hits.Add(row);
            }
        }
    }
}
