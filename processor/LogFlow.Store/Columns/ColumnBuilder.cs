namespace LogFlow.Store;

/// <summary>
/// Collects one column of an open block. It starts as the kind of its first value, texts as a dictionary; more
/// distinct texts turn it into plain texts, another kind of value into JSON texts. Reused block after block.
/// </summary>
internal sealed class ColumnBuilder(string name)
{
    private const int DictionaryEntriesMax = 255;
    private const int DictionaryTextMax = FieldTypes.KeywordCharsMax;
    private const int SlotCount = 1024;
    private const int RetainedBytesMax = 4 << 20;

    private int[] _rows = new int[16];
    private long[] _numbers = [];
    private int[] _ends = [];
    private byte[] _codes = [];
    private byte[] _slots = [];
    private int _last = -1;

    public string Name { get; } = name;

    public FieldType FieldType { get; } = FieldTypes.Of(FieldNames.Logical(name));

    public StoredKind Kind { get; private set; }

    /// <summary>Values so far; each belongs to one row, in rising order.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    public ReadOnlySpan<long> Numbers => _numbers.AsSpan(0, Count);

    public bool IsDictionary { get; private set; }

    public int EntryCount { get; private set; }

    /// <summary>Dictionary: index of each value's entry.</summary>
    public ReadOnlySpan<byte> Codes => _codes.AsSpan(0, Count);

    public ByteWriter Texts { get; } = new(64);

    public byte Digits { get; private set; }

    public bool HasObjects { get; private set; }

    public void Reset()
    {
        if (Texts.Capacity + (_rows.Length * 4) + (_numbers.Length * 8) > RetainedBytesMax)
        {
            Texts.Release();
            (_rows, _numbers, _ends, _codes) = (new int[16], [], [], []);
        }

        if (EntryCount > 0)
        {
            Array.Clear(_slots);
        }

        Texts.Reset();
        Kind = StoredKind.None;
        Count = EntryCount = 0;
        HasObjects = IsDictionary = false;
        _last = -1;
    }

    public ReadOnlySpan<byte> Text(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return Texts.Written[start.._ends[index]];
    }

    /// <summary>The values in rows before <paramref name="rowCount"/>.</summary>
    public ColumnSlice Before(int rowCount)
    {
        if (Count == 0 || _rows[Count - 1] < rowCount)
        {
            return new ColumnSlice(this, Count);
        }

        var index = Rows.BinarySearch(rowCount);
        return new ColumnSlice(this, index < 0 ? ~index : index);
    }

    /// <summary>The texts of the first values of a plain column.</summary>
    public ReadOnlySpan<byte> PlainTexts(int count) => Texts.Written[..(count == 0 ? 0 : _ends[count - 1])];

    public void AddText(int row, ReadOnlySpan<byte> text)
    {
        if (Kind == StoredKind.None)
        {
            Start(StoredKind.String);
        }

        Push(row);
        PushText(text);
    }

    public void AddNumber(int row, StoredKind kind, long bits, byte digits = 0)
    {
        if (Kind == StoredKind.None)
        {
            Start(kind);
            Digits = digits;
        }

        Push(row);
        if (_numbers.Length < Count)
        {
            Array.Resize(ref _numbers, Math.Max(16, Count * 2));
        }

        _numbers[Count - 1] = bits;
    }

    /// <summary>
    /// Whether a value of this kind can be added as it is; otherwise call one of the Convert methods.
    /// </summary>
    public bool Takes(StoredKind kind, byte digits) =>
        Kind == StoredKind.None || (Kind == kind && (kind != StoredKind.Time || Digits == digits));

    /// <summary>A column of times becomes one of strings: a value is no canonical time of the same precision.</summary>
    public void ConvertTimesToTexts()
    {
        var count = Count;
        Start(StoredKind.String);
        Span<byte> text = stackalloc byte[40];
        for (Count = 0; Count < count;)
        {
            var length = TimeText.Format(_numbers[Count], Digits, text);
            Count++;
            PushText(text[..length]);
        }
    }

    /// <summary>A column of any kind becomes one of JSON texts.</summary>
    public void ConvertToJson()
    {
        if (Kind == StoredKind.Json)
        {
            return;
        }

        if (Kind == StoredKind.Time)
        {
            ConvertTimesToTexts();
        }

        var count = Count;
        var texts = new ByteWriter(Texts.Length + (count * 4) + 16);
        var ends = new int[count];
        for (var i = 0; i < count; i++)
        {
            switch (Kind)
            {
                case StoredKind.String:
                    JsonValueWriter.WriteString(texts, Text(IsDictionary ? _codes[i] : i));
                    break;
                case StoredKind.Int64:
                    JsonValueWriter.WriteInt64(texts, _numbers[i]);
                    break;
                case StoredKind.Double:
                    JsonValueWriter.WriteDouble(texts, BitConverter.Int64BitsToDouble(_numbers[i]));
                    break;
                case StoredKind.Bool:
                    texts.Write(_numbers[i] != 0 ? "true"u8 : "false"u8);
                    break;
            }

            ends[i] = texts.Length;
        }

        if (EntryCount > 0)
        {
            Array.Clear(_slots);
        }

        Texts.Reset();
        Start(StoredKind.Json);
        for (Count = 0; Count < count;)
        {
            var start = Count == 0 ? 0 : ends[Count - 1];
            var text = texts.Written[start..ends[Count]];
            Count++;
            PushText(text);
        }
    }

    public void AddJson(int row, ReadOnlySpan<byte> json)
    {
        if (Kind == StoredKind.None)
        {
            Start(StoredKind.Json);
        }

        HasObjects |= json[0] is (byte)'{' or (byte)'[' && json.Length > 2 && json.IndexOf((byte)'{') >= 0;
        Push(row);
        PushText(json);
    }

    private void Start(StoredKind kind)
    {
        Kind = kind;
        IsDictionary = kind is StoredKind.String or StoredKind.Json;
        EntryCount = 0;
        _last = -1;
        if (IsDictionary && _slots.Length == 0)
        {
            _slots = new byte[SlotCount];
        }
    }

    private void Push(int row)
    {
        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, Count * 2);
        }

        _rows[Count++] = row;
    }

    private void PushText(ReadOnlySpan<byte> text)
    {
        if (!IsDictionary)
        {
            PushPlain(text);
            return;
        }

        if (_codes.Length < Count)
        {
            Array.Resize(ref _codes, Math.Max(16, Count * 2));
        }

        // Most columns repeat the value of the row before.
        if (_last >= 0 && Text(_last).SequenceEqual(text))
        {
            _codes[Count - 1] = (byte)_last;
            return;
        }

        if (TryFindEntry(text, out var code))
        {
            _codes[Count - 1] = (byte)code;
            _last = code;
            return;
        }

        ToPlain();
        PushPlain(text);
    }

    /// <summary>Finds or adds the entry; false where the column has too many distinct texts for a dictionary.</summary>
    private bool TryFindEntry(ReadOnlySpan<byte> text, out int code)
    {
        code = -1;
        if (text.Length > DictionaryTextMax)
        {
            return false;
        }

        var slot = (int)Hash64.Compute(text) & (SlotCount - 1);
        while (_slots[slot] != 0)
        {
            code = _slots[slot] - 1;
            if (Text(code).SequenceEqual(text))
            {
                return true;
            }

            slot = (slot + 1) & (SlotCount - 1);
        }

        // Nearly every value is new: hashing the rest would be wasted.
        var isMostlyUnique = EntryCount >= 64 && EntryCount > Count * 3 / 4;
        if (EntryCount == DictionaryEntriesMax || isMostlyUnique)
        {
            return false;
        }

        code = EntryCount++;
        Texts.Write(text);
        if (_ends.Length < EntryCount)
        {
            Array.Resize(ref _ends, Math.Max(16, EntryCount * 2));
        }

        _ends[code] = Texts.Length;
        _slots[slot] = (byte)(code + 1);
        return true;
    }

    /// <summary>From dictionary to plain; the newest value is not in yet.</summary>
    private void ToPlain()
    {
        var entries = Texts.ToArray();
        var ends = _ends.AsSpan(0, EntryCount).ToArray();
        IsDictionary = false;
        if (EntryCount > 0)
        {
            Array.Clear(_slots);
        }

        EntryCount = 0;
        Texts.Reset();
        var count = Count;
        for (Count = 1; Count < count; Count++)
        {
            var code = _codes[Count - 1];
            PushPlain(entries.AsSpan((code == 0 ? 0 : ends[code - 1])..ends[code]));
        }
    }

    private void PushPlain(ReadOnlySpan<byte> text)
    {
        Texts.Write(text);
        if (_ends.Length < Count)
        {
            Array.Resize(ref _ends, Math.Max(16, Count * 2));
        }

        _ends[Count - 1] = Texts.Length;
    }
}
