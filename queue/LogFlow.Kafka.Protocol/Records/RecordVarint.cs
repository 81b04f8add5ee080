using System.Numerics;
using System.Runtime.CompilerServices;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Zigzag variable-length integers, low 7 bits first, as Protocol Buffers has them for sint32 and sint64.
/// </summary>
internal static class RecordVarint
{
    // One instance each: what a message says can be told by its identity.
    private const string Beyond32Bits = "record batch is damaged: varint exceeds 32 bits";
    private const string Beyond64Bits = "record batch is damaged: varint exceeds 64 bits";

    /// <summary>Whether the damage is a varint that goes on for too long.</summary>
    public static bool IsTooLong(InvalidDataException damage) =>
        ReferenceEquals(damage.Message, Beyond32Bits) || ReferenceEquals(damage.Message, Beyond64Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Size(long value)
    {
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        return (int)(((uint)BitOperations.Log2(zigzag | 1) / 7) + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(Span<byte> destination, int position, long value)
    {
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        while (zigzag >= 0x80)
        {
            destination[position++] = (byte)(zigzag | 0x80);
            zigzag >>= 7;
        }

        destination[position++] = (byte)zigzag;
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadInt32(ReadOnlySpan<byte> source, ref int position)
    {
        // Most are small: one byte, read in place.
        var value = (uint)position < (uint)source.Length && source[position] is < 0x80 and var small
            ? ReadSmall(small, ref position)
            : ReadLong(source, ref position);
        return value == (int)value ? (int)value : throw new InvalidDataException(Beyond32Bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ReadInt64(ReadOnlySpan<byte> source, ref int position) =>
        (uint)position < (uint)source.Length && source[position] is < 0x80 and var small
            ? ReadSmall(small, ref position)
            : ReadLong(source, ref position);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ReadSmall(int value, ref int position)
    {
        position++;
        return (value >> 1) ^ -(value & 1);
    }

    private static long ReadLong(ReadOnlySpan<byte> source, ref int position)
    {
        ulong zigzag = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if ((uint)position >= (uint)source.Length)
            {
                throw new InvalidDataException("record batch is damaged: varint is cut short");
            }

            var value = source[position++];
            zigzag |= (ulong)(value & 0x7f) << shift;
            if (value < 0x80)
            {
                return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            }
        }

        throw new InvalidDataException(Beyond64Bits);
    }
}
