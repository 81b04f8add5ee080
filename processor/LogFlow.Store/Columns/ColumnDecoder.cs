using System.Buffers;
using System.Buffers.Binary;

namespace LogFlow.Store;

/// <summary>Turns a page back into a column; all lengths are checked, wrong ones are corruption.</summary>
internal static class ColumnDecoder
{
    /// <param name="entry">What the directory says of the column.</param>
    /// <param name="page">The decompressed page; the column points into it.</param>
    /// <param name="scan">The block that it is of.</param>
    /// <exception cref="CorruptDataException">The page is not what the directory says.</exception>
    public static Column Decode(ColumnEntry entry, ReadOnlyMemory<byte> page, BlockScan scan)
    {
        var rowCount = scan.RowCount;
        if (entry.Type == ColumnType.Dictionary)
        {
            return DecodeDictionary(entry, page, rowCount);
        }

        var reader = new ByteReader(page.Span);
        RowSet? present = null;
        var count = rowCount;
        if (entry.Has(ColumnFlags.HasMissing))
        {
            present = new RowSet(rowCount);
            present.AddBits(reader.ReadBytes((rowCount + 7) / 8));
            count = present.Count;
        }

        if (count != entry.PresentCount)
        {
            throw new CorruptDataException("a column has another number of values than its directory says");
        }

        switch (entry.Type)
        {
            case ColumnType.Text:
                return DecodeText(entry, page, ref reader, rowCount, present, count);
            case ColumnType.Pieces:
                return new PiecedColumn(entry, page[^reader.Remaining..], present, scan);
            case ColumnType.Ipv4:
                return DecodeAddresses(entry, ref reader, rowCount, present, count);
            case ColumnType.Int64 or ColumnType.Double or ColumnType.Bool or ColumnType.Time:
                return DecodeNumbers(entry, ref reader, rowCount, present, count);
            default:
                throw new CorruptDataException($"unknown column type {(int)entry.Type}");
        }
    }

    private static DictionaryColumn DecodeDictionary(ColumnEntry entry, ReadOnlyMemory<byte> page, int rowCount)
    {
        var reader = new ByteReader(page.Span);
        var entries = new ReadOnlyMemory<byte>[reader.ReadCount(255)];
        for (var i = 0; i < entries.Length; i++)
        {
            var length = reader.ReadBlob().Length;
            entries[i] = page.Slice(page.Length - reader.Remaining - length, length);
        }

        if (entry.Has(ColumnFlags.IsConstant))
        {
            return entries.Length == 1
                ? new DictionaryColumn(entry, rowCount, entries, default)
                : throw new CorruptDataException("a constant column must have one value");
        }

        var codes = page.Slice(page.Length - reader.Remaining, reader.ReadBytes(rowCount).Length);
        if (entries.Length < 255 && codes.Span.IndexOfAnyExceptInRange((byte)0, (byte)entries.Length) >= 0)
        {
            throw new CorruptDataException("a dictionary code is out of range");
        }

        return new DictionaryColumn(entry, rowCount, entries, codes);
    }

    private static NumberColumn DecodeNumbers(
        ColumnEntry entry, ref ByteReader reader, int rowCount, RowSet? present, int count)
    {
        var values = new long[rowCount];
        byte digits = 0;
        switch (entry.Type)
        {
            case ColumnType.Bool:
                var bits = reader.ReadBytes((count + 7) / 8);
                for (var i = 0; i < count; i++)
                {
                    values[i] = (bits[i >> 3] >> (i & 7)) & 1;
                }

                break;
            case ColumnType.Double:
                var data = reader.ReadBytes(count * 8);
                for (var i = 0; i < count; i++)
                {
                    values[i] = BinaryPrimitives.ReadInt64LittleEndian(data[(i * 8)..]);
                }

                break;
            default:
                if (entry.Type == ColumnType.Time)
                {
                    digits = reader.ReadByte();
                    if (digits > 9)
                    {
                        throw new CorruptDataException("a time has more than 9 digits");
                    }
                }

                FixedWidth.Read(ref reader, values.AsSpan(0, count));
                break;
        }

        Spread(values, present, count);
        return new NumberColumn(entry, rowCount, present, values, digits);
    }

    /// <summary>Moves the values, which stand packed at the front, to their rows.</summary>
    private static void Spread(Span<long> values, RowSet? present, int count)
    {
        if (present is null)
        {
            return;
        }

        for (var row = values.Length - 1; row >= 0; row--)
        {
            values[row] = present[row] ? values[--count] : 0;
        }
    }

    private static TextColumn DecodeText(ColumnEntry entry, ReadOnlyMemory<byte> page, ref ByteReader reader,
        int rowCount, RowSet? present, int count)
    {
        var lengths = new int[count];
        TextLengths.Read(ref reader, lengths);
        var texts = page[^reader.Remaining..];
        var ends = new int[rowCount];
        long end = 0;
        var index = 0;
        for (var row = 0; row < rowCount; row++)
        {
            if (present is null || present[row])
            {
                end += lengths[index++];
                if (end > texts.Length)
                {
                    throw new CorruptDataException("texts are longer than their page");
                }
            }

            ends[row] = (int)end;
        }

        return new TextColumn(entry, rowCount, present, texts[..(int)end], ends);
    }

    private static TextColumn DecodeAddresses(
        ColumnEntry entry, ref ByteReader reader, int rowCount, RowSet? present, int count)
    {
        var addresses = ArrayPool<long>.Shared.Rent(Math.Max(1, count));
        try
        {
            FixedWidth.Read(ref reader, addresses.AsSpan(0, count));
            var texts = new byte[count * Ipv4Text.LengthMax];
            var ends = new int[rowCount];
            var end = 0;
            var index = 0;
            for (var row = 0; row < rowCount; row++)
            {
                if (present is null || present[row])
                {
                    end += Ipv4Text.Format(addresses[index++], texts.AsSpan(end));
                }

                ends[row] = end;
            }

            return new TextColumn(entry, rowCount, present, texts.AsMemory(0, end), ends);
        }
        finally
        {
            ArrayPool<long>.Shared.Return(addresses);
        }
    }
}
