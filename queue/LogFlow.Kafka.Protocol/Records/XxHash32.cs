using System.Buffers.Binary;
using System.Numerics;

namespace LogFlow.Kafka.Protocol.Records;

/// <summary>
/// xxHash, 32 bits, seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), for LZ4 frames.
/// </summary>
internal static class XxHash32
{
    private const uint Prime1 = 2654435761;
    private const uint Prime2 = 2246822519;
    private const uint Prime3 = 3266489917;
    private const uint Prime4 = 668265263;
    private const uint Prime5 = 374761393;

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var length = (uint)data.Length;
        uint hash;
        if (data.Length >= 16)
        {
            var lane1 = unchecked(Prime1 + Prime2);
            var lane2 = Prime2;
            var lane3 = 0u;
            var lane4 = unchecked(0u - Prime1);
            while (data.Length >= 16)
            {
                lane1 = Round(lane1, BinaryPrimitives.ReadUInt32LittleEndian(data));
                lane2 = Round(lane2, BinaryPrimitives.ReadUInt32LittleEndian(data[4..]));
                lane3 = Round(lane3, BinaryPrimitives.ReadUInt32LittleEndian(data[8..]));
                lane4 = Round(lane4, BinaryPrimitives.ReadUInt32LittleEndian(data[12..]));
                data = data[16..];
            }

            hash = BitOperations.RotateLeft(lane1, 1) + BitOperations.RotateLeft(lane2, 7)
                + BitOperations.RotateLeft(lane3, 12) + BitOperations.RotateLeft(lane4, 18);
        }
        else
        {
            hash = Prime5;
        }

        hash += length;
        for (; data.Length >= 4; data = data[4..])
        {
            hash += BinaryPrimitives.ReadUInt32LittleEndian(data) * Prime3;
            hash = BitOperations.RotateLeft(hash, 17) * Prime4;
        }

        foreach (var value in data)
        {
            hash = BitOperations.RotateLeft(hash + (value * Prime5), 11) * Prime1;
        }

        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    private static uint Round(uint lane, uint word) => BitOperations.RotateLeft(lane + (word * Prime2), 13) * Prime1;
}
