using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>Turns columns into pages. One per writer; its buffers are reused.</summary>
internal sealed class ColumnEncoder
{
    /// <summary>Pages up to this size stand in the directory: constants and small columns cost no read.</summary>
    private const int InlineBytesMax = 280;

    private readonly ByteWriter _page = new(1 << 16);
    private readonly ByteWriter _output = new(1 << 18);
    private readonly List<ColumnEntry> _entries = [];
    private readonly List<FieldType> _types = [];
    private readonly HashSet64 _hashes = new();
    private readonly ByteWriter _token = new();
    private long[] _values = [];
    private int[] _lengths = [];

    /// <summary>Begins a block.</summary>
    public void Start()
    {
        _output.Reset();
        _entries.Clear();
        _types.Clear();
    }

    /// <summary>Appends the column's page and bloom to the block.</summary>
    /// <param name="column">The values.</param>
    /// <param name="rowCount">Rows of the block.</param>
    /// <param name="level">zstd level; 0 leaves the page as it is and makes no bloom (a view of an open block).</param>
    /// <param name="pieces">How its texts are put together from other columns; null: they stand for themselves.</param>
    public void Add(ColumnSlice column, int rowCount, int level, PiecePlan? pieces = null)
    {
        var entry = new ColumnEntry { Name = column.Name, PresentCount = column.Count };
        _page.Reset();
        switch (column.Kind)
        {
            case StoredKind.Int64:
                EncodeIntegers(column, rowCount, entry);
                break;
            case StoredKind.Double:
                EncodeDoubles(column, rowCount, entry);
                break;
            case StoredKind.Bool:
                EncodeBools(column, rowCount, entry);
                break;
            case StoredKind.Time:
                EncodeTimes(column, rowCount, entry);
                break;
            case StoredKind.String or StoredKind.Json when column.IsDictionary:
                EncodeDictionary(column, rowCount, entry);
                break;
            case StoredKind.String when pieces is not null:
                entry.Type = ColumnType.Pieces;
                WritePresence(column, rowCount, entry);
                pieces.Write(_page);
                break;
            default:
                EncodeTexts(column, rowCount, entry);
                break;
        }

        if (column.Kind == StoredKind.Json)
        {
            entry.Flags |= ColumnFlags.IsJson | (column.HasObjects ? ColumnFlags.HasObjects : 0);
        }

        var twin = Store(entry, level);
        if (level > 0 && column is { Kind: StoredKind.String, IsDictionary: false })
        {
            // The same page read the same way has the same tokens.
            if (twin >= 0 && _entries[twin] is var same && same.Has(ColumnFlags.HasBloom) && entry.ReadsLike(same)
                && _types[twin] == column.FieldType)
            {
                entry.ShareBloom(same);
            }
            else
            {
                AppendBloom(column, entry);
            }
        }

        _entries.Add(entry);
        _types.Add(column.FieldType);
    }

    /// <summary>The block's pages and its directory.</summary>
    public (byte[] Pages, BlockDirectory Directory) Finish(int rowCount) =>
        (_output.ToArray(), new BlockDirectory(rowCount, [.. _entries]));

    /// <summary>Stores the page; which entry has the same one, -1: none.</summary>
    private int Store(ColumnEntry entry, int level)
    {
        var output = _output;
        entry.RawLength = _page.Length;
        if (_page.Length <= InlineBytesMax)
        {
            entry.Codec = PageCodec.Inline;
            entry.InlinePage = _page.ToArray();
            return -1;
        }

        entry.Offset = output.Length;
        if (level == 0)
        {
            output.Write(_page.Written);
            entry.Codec = PageCodec.None;
        }
        else
        {
            entry.Codec = PageCodecs.Encode(_page.Written, output, level);
        }

        entry.StoredLength = output.Length - entry.Offset;
        if (level == 0)
        {
            return -1;
        }

        // Fields often repeat another (url.path, url.original): the same page is stored once.
        entry.Crc = Crc32C.Compute(output.Written[entry.Offset..]);
        for (var i = 0; i < _entries.Count; i++)
        {
            var other = _entries[i];
            if (other.Crc == entry.Crc && other.StoredLength == entry.StoredLength && other.Codec == entry.Codec
                && other.RawLength == entry.RawLength && IsSame(other.Offset, entry.Offset, entry.StoredLength))
            {
                output.Truncate(entry.Offset);
                entry.Offset = other.Offset;
                return i;
            }
        }

        return -1;
    }

    private bool IsSame(int first, int second, int length) =>
        _output.Written.Slice(first, length).SequenceEqual(_output.Written.Slice(second, length));

    private void WritePresence(ColumnSlice column, int rowCount, ColumnEntry entry)
    {
        if (column.Count == rowCount)
        {
            return;
        }

        entry.Flags |= ColumnFlags.HasMissing;
        var bits = _page.Append((rowCount + 7) / 8);
        bits.Clear();
        foreach (var row in column.Rows)
        {
            bits[row >> 3] |= (byte)(1 << (row & 7));
        }
    }

    private void EncodeIntegers(ColumnSlice column, int rowCount, ColumnEntry entry)
    {
        entry.Type = ColumnType.Int64;
        WritePresence(column, rowCount, entry);
        FixedWidth.Append(column.Numbers, _page);
        SetRange(entry, column.Numbers);
    }

    private void EncodeTimes(ColumnSlice column, int rowCount, ColumnEntry entry)
    {
        entry.Type = ColumnType.Time;
        WritePresence(column, rowCount, entry);
        _page.WriteByte(column.Digits);
        FixedWidth.Append(column.Numbers, _page);
        SetRange(entry, column.Numbers);
        entry.Min = TimeText.ToMs(entry.Min, column.Digits);
        entry.Max = TimeText.ToMs(entry.Max, column.Digits);
    }

    private void EncodeDoubles(ColumnSlice column, int rowCount, ColumnEntry entry)
    {
        entry.Type = ColumnType.Double;
        WritePresence(column, rowCount, entry);
        var min = double.MaxValue;
        var max = double.MinValue;
        foreach (var bits in column.Numbers)
        {
            var value = BitConverter.Int64BitsToDouble(bits);
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            _page.WriteInt64(bits);
        }

        entry.Flags |= ColumnFlags.HasRange;
        entry.Min = BitConverter.DoubleToInt64Bits(min);
        entry.Max = BitConverter.DoubleToInt64Bits(max);
    }

    private void EncodeBools(ColumnSlice column, int rowCount, ColumnEntry entry)
    {
        entry.Type = ColumnType.Bool;
        WritePresence(column, rowCount, entry);
        var bits = _page.Append((column.Count + 7) / 8);
        bits.Clear();
        for (var i = 0; i < column.Count; i++)
        {
            bits[i >> 3] |= (byte)(column.Numbers[i] << (i & 7));
        }
    }

    /// <summary>varint entries · entries × blob · codes, one byte a row (0: no value), unless constant.</summary>
    private void EncodeDictionary(ColumnSlice column, int rowCount, ColumnEntry entry)
    {
        entry.Type = ColumnType.Dictionary;
        _page.WriteVarint((ulong)column.EntryCount);
        for (var i = 0; i < column.EntryCount; i++)
        {
            _page.WriteBlob(column.Text(i));
        }

        if (column.EntryCount == 1 && column.Count == rowCount)
        {
            entry.Flags |= ColumnFlags.IsConstant;
            return;
        }

        var codes = _page.Append(rowCount);
        codes.Clear();
        var rows = column.Rows;
        var values = column.Codes;
        for (var i = 0; i < rows.Length; i++)
        {
            codes[rows[i]] = (byte)(values[i] + 1);
        }
    }

    /// <summary>presence · u8 width · lengths of the values · texts; or IPv4 addresses as integers.</summary>
    private void EncodeTexts(ColumnSlice column, int rowCount, ColumnEntry entry)
    {
        WritePresence(column, rowCount, entry);
        if (column.Kind == StoredKind.String && TryReadAddresses(column))
        {
            entry.Type = ColumnType.Ipv4;
            FixedWidth.Append(_values.AsSpan(0, column.Count), _page);
            return;
        }

        entry.Type = ColumnType.Text;
        if (_lengths.Length < column.Count)
        {
            _lengths = new int[Math.Max(1024, column.Count)];
        }

        var longest = 0;
        for (var i = 0; i < column.Count; i++)
        {
            _lengths[i] = column.Text(i).Length;
            longest = Math.Max(longest, _lengths[i]);
        }

        TextLengths.Write(_lengths.AsSpan(0, column.Count), longest, _page);
        _page.Write(column.PlainTexts);
    }

    private bool TryReadAddresses(ColumnSlice column)
    {
        if (column.Count == 0 || column.Text(0).Length > 15)
        {
            return false;
        }

        if (_values.Length < column.Count)
        {
            _values = new long[Math.Max(1024, column.Count)];
        }

        for (var i = 0; i < column.Count; i++)
        {
            if (!Ipv4Text.TryParse(column.Text(i), out var address))
            {
                return false;
            }

            _values[i] = address;
        }

        return true;
    }

    private void AppendBloom(ColumnSlice column, ColumnEntry entry)
    {
        var output = _output;
        _hashes.Reset();
        for (var i = 0; i < column.Count; i++)
        {
            if (column.FieldType != FieldType.Text)
            {
                _hashes.Add(Hash64.Compute(column.Text(i)));
                continue;
            }

            TokenHashes.Add(column.Text(i), _token, _hashes);
        }

        entry.Flags |= ColumnFlags.HasBloom;
        entry.BloomOffset = output.Length;
        TokenBloom.Append(_hashes.Values, output);
        entry.BloomLength = output.Length - entry.BloomOffset;
        entry.BloomCrc = Crc32C.Compute(output.Written[entry.BloomOffset..]);
        foreach (var other in _entries)
        {
            if (other.BloomCrc == entry.BloomCrc && other.BloomLength == entry.BloomLength
                && IsSame(other.BloomOffset, entry.BloomOffset, entry.BloomLength))
            {
                output.Truncate(entry.BloomOffset);
                entry.BloomOffset = other.BloomOffset;
                break;
            }
        }
    }

    private static void SetRange(ColumnEntry entry, ReadOnlySpan<long> values)
    {
        entry.Flags |= ColumnFlags.HasRange;
        entry.Min = long.MaxValue;
        entry.Max = long.MinValue;
        foreach (var value in values)
        {
            entry.Min = Math.Min(entry.Min, value);
            entry.Max = Math.Max(entry.Max, value);
        }
    }
}
