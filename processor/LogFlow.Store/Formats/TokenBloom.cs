using System.Numerics;
using System.Runtime.InteropServices;

namespace LogFlow.Store;

/// <summary>
/// A Bloom filter over 64-bit hashes: 16 bits per entry and 6 probes (false positives about 0.1 %), as
/// VictoriaLogs has it. Stored as little-endian 64-bit words; the number of words is a power of two.
/// </summary>
internal static class TokenBloom
{
    private const int BitsPerEntry = 16;
    private const int Probes = 6;

    public static void Append(ReadOnlySpan<ulong> hashes, ByteWriter output)
    {
        var words = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, hashes.Length * BitsPerEntry / 64));
        var span = output.Append(words * 8);
        span.Clear();
        var bits = MemoryMarshal.Cast<byte, ulong>(span);
        foreach (var hash in hashes)
        {
            var step = (hash >> 32) | 1;
            var position = hash;
            for (var probe = 0; probe < Probes; probe++, position += step)
            {
                bits[(int)(position >> 6) & (words - 1)] |= 1UL << (int)(position & 63);
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
            if ((bits[(int)(position >> 6) & (bits.Length - 1)] & (1UL << (int)(position & 63))) == 0)
            {
                return false;
            }
        }

        return true;
    }
}
