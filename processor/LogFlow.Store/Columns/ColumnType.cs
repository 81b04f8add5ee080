namespace LogFlow.Store;

/// <summary>How a column's page is laid out. The numbers are part of the disk format.</summary>
internal enum ColumnType : byte
{
    /// <summary>≤255 distinct texts and one code byte a row; with one text in every row: no codes (constant).</summary>
    Dictionary = 1,

    /// <summary>Lengths and concatenated texts.</summary>
    Text = 2,

    /// <summary>Integers by <see cref="FixedWidth"/>.</summary>
    Int64 = 3,

    /// <summary>IEEE 754 doubles.</summary>
    Double = 4,

    /// <summary>One bit a value.</summary>
    Bool = 5,

    /// <summary>u8 digits, then integers of 10^-digits seconds by <see cref="FixedWidth"/>.</summary>
    Time = 6,

    /// <summary>Texts that are all canonical IPv4 addresses, as integers by <see cref="FixedWidth"/>.</summary>
    Ipv4 = 7,

    /// <summary>Texts put together from values of the row's other columns (<see cref="PiecePlan"/>).</summary>
    Pieces = 8,
}

[Flags]
internal enum ColumnFlags : byte
{
    None = 0,

    /// <summary>Some rows have no value: the page begins with one bit a row (not for dictionaries: code 0).</summary>
    HasMissing = 1,

    /// <summary>Texts are raw JSON values, not strings.</summary>
    IsJson = 2,

    /// <summary>Some JSON values contain objects, whose leaves are fields of their own.</summary>
    HasObjects = 4,

    /// <summary>A dictionary of one entry that every row has.</summary>
    IsConstant = 8,

    /// <summary>Min and max are set.</summary>
    HasRange = 16,

    /// <summary>A token bloom is stored.</summary>
    HasBloom = 32,
}
