namespace LogFlow.Store;

/// <summary>
/// 128 bits of (index, id): an id is unique within its index, as in Elasticsearch. Two independent hashes, so that a
/// collision will not happen. In memory only.
/// </summary>
internal static class IdHash
{
    /// <summary>The part of the hash that the index gives; to be computed once for many ids.</summary>
    public static ulong OfIndex(ReadOnlySpan<byte> index) => Hash64.Compute(index);

    public static UInt128 Of(ulong indexHash, ReadOnlySpan<byte> id) =>
        new(Short(indexHash, id), Second(id) + (indexHash * 0x9E3779B97F4A7C15UL));

    /// <summary>The upper half alone: what the filters of segments keep a part of.</summary>
    public static ulong Short(ulong indexHash, ReadOnlySpan<byte> id)
    {
        var high = Math.BigMul(Hash64.Compute(id) ^ ulong.RotateLeft(indexHash, 32), 0xD6E8FEB86659FD93UL, out var low);
        return high ^ low;
    }

    private static ulong Second(ReadOnlySpan<byte> id)
    {
        var hash = 0xCBF29CE484222325UL; // FNV-1a offset basis and prime.
        foreach (var value in id)
        {
            hash = (hash ^ value) * 0x100000001B3UL;
        }

        return hash;
    }
}
