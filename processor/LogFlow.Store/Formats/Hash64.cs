using System.Buffers.Binary;

namespace LogFlow.Store;

/// <summary>
/// A 64-bit hash of bytes (multiply-fold, in the manner of wyhash). It is part of the disk format, because token
/// blooms store its bits: never change it without a new format version.
/// </summary>
internal static class Hash64
{
    private const ulong Seed = 0x9E3779B97F4A7C15;
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    public static ulong Compute(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (ulong)data.Length;
        while (data.Length >= 16)
        {
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(data) ^ First,
                BinaryPrimitives.ReadUInt64LittleEndian(data[8..]) ^ hash);
            data = data[16..];
        }

        ulong low = 0;
        ulong high = 0;
        if (data.Length >= 8)
        {
            low = BinaryPrimitives.ReadUInt64LittleEndian(data);
            high = BinaryPrimitives.ReadUInt64LittleEndian(data[^8..]);
        }
        else if (data.Length >= 4)
        {
            low = BinaryPrimitives.ReadUInt32LittleEndian(data);
            high = BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]);
        }
        else if (data.Length > 0)
        {
            low = data[0] | ((ulong)data[data.Length >> 1] << 8) | ((ulong)data[^1] << 16);
        }

        return Fold(low ^ Second, high ^ hash);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
