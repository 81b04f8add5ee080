namespace LogFlow.Store;

/// <summary>What a value is. The numbers are part of the disk format (column directory).</summary>
internal enum StoredKind : byte
{
    None = 0,
    Bool = 1,
    Int64 = 2,
    Double = 3,
    String = 4,

    /// <summary>Raw JSON text: arrays, nulls, empty objects, numbers beyond 64 bits, columns of mixed kinds.</summary>
    Json = 5,

    /// <summary>A date in its canonical text form, kept as a number of 10^-digits seconds.</summary>
    Time = 6,

    /// <summary>An address among keys and sort values; never on disk.</summary>
    Ip = 7,
}
