using System.Buffers.Binary;

namespace LogFlow.Kafka.Client;

/// <summary>
/// The hash by which Kafka's Java client chooses the partition of a key
/// (org.apache.kafka.common.utils.Utils.murmur2), so that both put a key into the same one.
/// </summary>
internal static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint M = 0x5bd1e995;
    private const int R = 24;

    public static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        while (data.Length >= sizeof(uint))
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(data) * M;
            k ^= k >> R;
            hash = (hash * M) ^ (k * M);
            data = data[sizeof(uint)..];
        }

        for (var index = data.Length - 1; index >= 0; index--)
        {
            hash ^= (uint)data[index] << (8 * index);
            hash = index == 0 ? hash * M : hash;
        }

        hash ^= hash >> 13;
        hash *= M;
        return hash ^ (hash >> 15);
    }

    /// <summary>Java's <c>toPositive(murmur2(key)) % count</c>.</summary>
    public static int Partition(ReadOnlySpan<byte> key, int partitionCount) =>
        (int)((Hash(key) & int.MaxValue) % (uint)partitionCount);
}
