namespace LogFlow.Store;

/// <summary>One leaf of a parsed document; positions are into the document's bytes, or the tape's scratch.</summary>
internal struct TapeEntry
{
    public FieldNode Node;
    public StoredKind Kind;

    /// <summary>The string had escapes: its text is in the tape's scratch buffer.</summary>
    public bool IsInScratch;

    /// <summary>Decimal digits of a <see cref="StoredKind.Time"/>'s seconds.</summary>
    public byte Digits;

    public int Start;
    public int Length;

    /// <summary>The value as it stands in the document, quotes included.</summary>
    public int RawStart;
    public int RawLength;

    /// <summary>Integer, bits of a double, 0 or 1, or units of a time.</summary>
    public long Bits;
}
