namespace LogFlow.Store;

/// <summary>A column in a block's directory: what it is and where its page lies.</summary>
internal sealed class ColumnEntry
{
    private string? _logicalName;

    public required string Name { get; init; }

    /// <summary>The name that queries use.</summary>
    public string LogicalName => _logicalName ??= FieldNames.Logical(Name);

    public ColumnType Type { get; set; }

    public ColumnFlags Flags { get; set; }

    public PageCodec Codec { get; set; }

    /// <summary>Rows that have a value.</summary>
    public int PresentCount { get; set; }

    /// <summary>Position of the page from the block's start.</summary>
    public int Offset { get; set; }

    public int StoredLength { get; set; }

    public int RawLength { get; set; }

    /// <summary>CRC-32C of the stored page.</summary>
    public uint Crc { get; set; }

    public int BloomOffset { get; set; }

    public int BloomLength { get; set; }

    public uint BloomCrc { get; set; }

    /// <summary>Smallest value: an integer, the bits of a double, or milliseconds of a time.</summary>
    public long Min { get; set; }

    public long Max { get; set; }

    /// <summary>The page itself where it is small.</summary>
    public byte[]? InlinePage { get; set; }

    public bool Has(ColumnFlags flag) => (Flags & flag) != 0;

    /// <summary>Whether the same page means the same values.</summary>
    public bool ReadsLike(ColumnEntry other) => Type == other.Type && PresentCount == other.PresentCount
        && Has(ColumnFlags.HasMissing) == other.Has(ColumnFlags.HasMissing);

    /// <summary>Points at the bloom of a column with the same values.</summary>
    public void ShareBloom(ColumnEntry other)
    {
        Flags |= ColumnFlags.HasBloom;
        (BloomOffset, BloomLength, BloomCrc) = (other.BloomOffset, other.BloomLength, other.BloomCrc);
    }
}
