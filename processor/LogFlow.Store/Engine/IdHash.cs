namespace LogFlow.Store;

/// <summary>A second hash of ids, independent of <see cref="Hash64"/>: together they are 128 bits.</summary>
internal static class IdHash
{
    public static ulong Second(ReadOnlySpan<byte> id)
    {
        var hash = 0xCBF29CE484222325UL; // FNV-1a offset basis and prime.
        foreach (var value in id)
        {
            hash = (hash ^ value) * 0x100000001B3UL;
        }

        return hash;
    }
}
