using System.Numerics;
using System.Runtime.InteropServices;

namespace LogFlow.Store;

/// <summary>
/// A Bloom filter over 64-bit hashes: 12 bits per entry and 6 probes (false positives about 0.4 %), stored as
/// little-endian 64-bit words. The number of words says how a probe finds its word: a power of two by a mask, as in
/// files of earlier versions, which had no other; else by scaling.
/// </summary>
internal static class TokenBloom
{
    private const int BitsPerEntry = 12;
    private const int Probes = 6;

    public static void Append(ReadOnlySpan<ulong> hashes, ByteWriter output)
    {
        var words = Math.Max(1, (int)(((long)hashes.Length * BitsPerEntry + 63) / 64));
        var span = output.Append(words * 8);
        span.Clear();
        var bits = MemoryMarshal.Cast<byte, ulong>(span);
        foreach (var hash in hashes)
        {
            var step = (hash >> 32) | 1;
            var position = hash;
            for (var probe = 0; probe < Probes; probe++, position += step)
            {
                bits[WordOf(position, words)] |= 1UL << (int)(position & 63);
            }
        }
    }

    public static bool MayContain(ReadOnlySpan<byte> bloom, ulong hash)
    {
        var bits = MemoryMarshal.Cast<byte, ulong>(bloom);
        var step = (hash >> 32) | 1;
        var position = hash;
        for (var probe = 0; probe < Probes; probe++, position += step)
        {
            if ((bits[WordOf(position, bits.Length)] & (1UL << (int)(position & 63))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int WordOf(ulong position, int words)
    {
        if (BitOperations.IsPow2(words))
        {
            return (int)(position >> 6) & (words - 1);
        }

        // The golden ratio spreads neighbouring positions over all words.
        const ulong spread = 0x9E37_79B9_7F4A_7C15;
        return (int)((((position * spread) >> 32) * (ulong)words) >> 32);
    }
}
