using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LogFlow.Kafka.Protocol.Records;

/// <summary>
/// LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): sequences of token (literal length in the
/// high, match length - 4 in the low four bits, 15 continued by bytes of 255), literals, match offset uint16 LE.
/// </summary>
internal static class Lz4Block
{
    private const int MatchLengthMin = 4;

    // The format's end conditions: the last five bytes are literals, the last match starts twelve bytes before the end.
    private const int LastLiterals = 5;
    private const int MatchFindLimit = 12;
    private const int HashBits = 13;

    // After so many failed tries (as a power of two) the search steps further: incompressible data costs little.
    private const int SkipTrigger = 6;

    [ThreadStatic]
    private static ushort[]? _table;

    /// <summary>Compresses at most 64 KiB; returns the size, or 0 where it exceeds the destination.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var table = _table ??= new ushort[1 << HashBits];
        Array.Clear(table);
        var anchor = 0;
        var written = 0;
        var limit = source.Length - MatchFindLimit;
        var position = 1;
        while (position <= limit)
        {
            var tries = 1 << SkipTrigger;
            int candidate;
            while (true)
            {
                var sequence = Read32(source, position);
                ref var slot = ref table[(sequence * 2654435761u) >> (32 - HashBits)];
                candidate = slot;
                slot = (ushort)position;
                if (candidate < position && Read32(source, candidate) == sequence)
                {
                    break;
                }

                position += tries++ >> SkipTrigger;
                if (position > limit)
                {
                    return WriteLast(source[anchor..], destination, written);
                }
            }

            while (position > anchor && candidate > 0 && source[position - 1] == source[candidate - 1])
            {
                position--;
                candidate--;
            }

            var length = MatchLengthMin + CommonLength(
                source[(candidate + MatchLengthMin)..],
                source[(position + MatchLengthMin)..^LastLiterals]);
            written = WriteSequence(
                source[anchor..position], destination, written, position - candidate, length - MatchLengthMin);
            if (written == 0)
            {
                return 0;
            }

            position += length;
            anchor = position;
            if (position <= limit)
            {
                table[(Read32(source, position - 2) * 2654435761u) >> (32 - HashBits)] = (ushort)(position - 2);
            }
        }

        return WriteLast(source[anchor..], destination, written);
    }

    /// <summary>
    /// Decompresses one block to <paramref name="output"/> from <paramref name="start"/> on; matches may reach back
    /// before it, into earlier blocks. Returns the end.
    /// </summary>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> output, int start, int historyStart)
    {
        var position = 0;
        var written = start;
        while (position < source.Length)
        {
            var token = source[position++];
            var literals = ReadLength(source, token >> 4, ref position);
            if (literals > source.Length - position || literals > output.Length - written)
            {
                throw Damaged();
            }

            source.Slice(position, literals).CopyTo(output[written..]);
            position += literals;
            written += literals;
            if (position == source.Length)
            {
                return written;
            }

            if (source.Length - position < sizeof(ushort))
            {
                throw Damaged();
            }

            var offset = BinaryPrimitives.ReadUInt16LittleEndian(source[position..]);
            position += sizeof(ushort);
            var length = ReadLength(source, token & 15, ref position) + MatchLengthMin;
            if (offset == 0 || offset > written - historyStart || length > output.Length - written)
            {
                throw Damaged();
            }

            CopyMatch(output, written, offset, length);
            written += length;
        }

        return written;
    }

    /// <summary>
    /// Copies from <paramref name="offset"/> bytes back; source and target may overlap (a repeating pattern).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyMatch(Span<byte> output, int position, int offset, int length)
    {
        if (offset >= length)
        {
            output.Slice(position - offset, length).CopyTo(output[position..]);
            return;
        }

        if (offset == 1)
        {
            output.Slice(position, length).Fill(output[position - 1]);
            return;
        }

        // Each round doubles the pattern that is there.
        var pattern = output.Slice(position - offset, offset + length);
        var filled = offset;
        while (filled < pattern.Length)
        {
            var count = Math.Min(filled, pattern.Length - filled);
            pattern[..count].CopyTo(pattern[filled..]);
            filled += count;
        }
    }

    private static int ReadLength(ReadOnlySpan<byte> source, int length, ref int position)
    {
        if (length < 15)
        {
            return length;
        }

        while (true)
        {
            if (position >= source.Length || length > int.MaxValue - 512)
            {
                throw Damaged();
            }

            var more = source[position++];
            length += more;
            if (more != 255)
            {
                return length;
            }
        }
    }

    private static int WriteSequence(
        ReadOnlySpan<byte> literals, Span<byte> destination, int written, int offset, int matchCode)
    {
        // Token, extra length bytes of both, literals, offset.
        var sizeMax = 1 + (literals.Length / 255) + 1 + literals.Length + sizeof(ushort) + (matchCode / 255) + 1;
        if (destination.Length - written < sizeMax)
        {
            return 0;
        }

        var token = written++;
        destination[token] = (byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(matchCode, 15));
        written = WriteLength(destination, written, literals.Length);
        literals.CopyTo(destination[written..]);
        written += literals.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[written..], (ushort)offset);
        return WriteLength(destination, written + sizeof(ushort), matchCode);
    }

    private static int WriteLast(ReadOnlySpan<byte> literals, Span<byte> destination, int written)
    {
        if (destination.Length - written < 1 + (literals.Length / 255) + 1 + literals.Length)
        {
            return 0;
        }

        destination[written++] = (byte)(Math.Min(literals.Length, 15) << 4);
        written = WriteLength(destination, written, literals.Length);
        literals.CopyTo(destination[written..]);
        return written + literals.Length;
    }

    private static int WriteLength(Span<byte> destination, int written, int length)
    {
        if (length < 15)
        {
            return written;
        }

        for (length -= 15; length >= 255; length -= 255)
        {
            destination[written++] = 255;
        }

        destination[written++] = (byte)length;
        return written;
    }

    private static int CommonLength(ReadOnlySpan<byte> earlier, ReadOnlySpan<byte> later)
    {
        var length = 0;
        while (later.Length - length >= sizeof(ulong))
        {
            var difference = MemoryMarshal.Read<ulong>(earlier[length..]) ^ MemoryMarshal.Read<ulong>(later[length..]);
            if (difference != 0)
            {
                return length + ((BitConverter.IsLittleEndian
                    ? BitOperations.TrailingZeroCount(difference)
                    : BitOperations.LeadingZeroCount(difference)) / 8);
            }

            length += sizeof(ulong);
        }

        while (length < later.Length && earlier[length] == later[length])
        {
            length++;
        }

        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read32(ReadOnlySpan<byte> source, int position) =>
        MemoryMarshal.Read<uint>(source.Slice(position, sizeof(uint)));

    private static InvalidDataException Damaged() => new("lz4 data is damaged");
}
