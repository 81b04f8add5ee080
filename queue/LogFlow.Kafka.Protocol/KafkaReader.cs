using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Reads the primitives of the Kafka protocol (https://kafka.apache.org/protocol#protocol_types) from one contiguous
/// frame, without its 4-byte length. Every length is checked against what is left before it is used; what does not fit
/// is a <see cref="ProtocolViolationException"/>. Bytes and records are slices of the frame: it must live as long as
/// they are used.
/// <para>"Compact" lengths (flexible versions) are unsigned varints of length + 1, 0 meaning null.</para>
/// </summary>
public ref struct KafkaReader
{
    private const int VarintBytesMax = 5;
    private const int VarlongBytesMax = 10;
    private const int InitialCapacityMax = 4096;

    private readonly ReadOnlyMemory<byte> _frame;
    private readonly ReadOnlySpan<byte> _span;
    private int _position;

    public KafkaReader(ReadOnlyMemory<byte> frame)
    {
        _frame = frame;
        _span = frame.Span;
    }

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _span.Length - _position;

    public sbyte ReadInt8() => (sbyte)Take(sizeof(sbyte))[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>One byte; anything but 0 is true.</summary>
    public bool ReadBool() => Take(1)[0] != 0;

    /// <summary>16 bytes, big-endian; all zero is <see cref="Guid.Empty"/>.</summary>
    public Guid ReadUuid() => new(Take(16), bigEndian: true);

    /// <summary>7 bits a byte, the lowest first, the top bit set on all but the last; at most 5 bytes.</summary>
    public uint ReadUnsignedVarint()
    {
        // One byte holds nearly all lengths, counts and tags.
        if (_position < _span.Length && _span[_position] < 0x80)
        {
            return _span[_position++];
        }

        var value = 0u;
        for (var i = 0; i < VarintBytesMax; i++)
        {
            var next = Take(1)[0];
            value |= (uint)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ProtocolViolationException("A varint is longer than 5 bytes.");
    }

    /// <summary>A zigzag-encoded varint: 0, -1, 1, -2 ... are 0, 1, 2, 3 ...</summary>
    public int ReadVarint()
    {
        var value = ReadUnsignedVarint();
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>As <see cref="ReadVarint"/>, with 64 bits and at most 10 bytes.</summary>
    public long ReadVarlong()
    {
        var value = 0ul;
        for (var i = 0; i < VarlongBytesMax; i++)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw new ProtocolViolationException("A varlong is longer than 10 bytes.");
    }

    /// <summary>STRING or COMPACT_STRING, UTF-8; null is a violation.</summary>
    public string ReadString(bool compact) =>
        ReadNullableString(compact) ?? throw new ProtocolViolationException("A string is null that cannot be.");

    /// <summary>NULLABLE_STRING (int16 length, -1 is null) or COMPACT_NULLABLE_STRING.</summary>
    public string? ReadNullableString(bool compact)
    {
        var length = compact ? ReadCompactLength() : ReadInt16();
        if (length <= 0)
        {
            return length == 0 ? "" : length == -1 ? null : throw NegativeLength(length);
        }

        return Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>BYTES, COMPACT_BYTES or records: a slice of the frame; null is a violation.</summary>
    public ReadOnlyMemory<byte> ReadBytes(bool compact) =>
        ReadNullableBytes(compact) ?? throw new ProtocolViolationException("Bytes are null that cannot be.");

    /// <summary>NULLABLE_BYTES (int32 length, -1 is null) or COMPACT_NULLABLE_BYTES: a slice of the frame.</summary>
    public ReadOnlyMemory<byte>? ReadNullableBytes(bool compact)
    {
        var length = compact ? ReadCompactLength() : ReadInt32();
        if (length < 0)
        {
            return length == -1 ? null : throw NegativeLength(length);
        }

        return ReadRaw(length);
    }

    /// <summary>The next bytes as they are: a slice of the frame.</summary>
    public ReadOnlyMemory<byte> ReadRaw(int length)
    {
        Take(length);
        return _frame.Slice(_position - length, length);
    }

    /// <summary>The count before an array's elements; null is a violation.</summary>
    /// <param name="compact">Whether the version is flexible.</param>
    /// <param name="elementBytesMin">The fewest bytes an element takes. A count that the rest of the frame cannot hold
    /// is refused here, before anything is allocated for it.</param>
    public int ReadArrayLength(bool compact, int elementBytesMin)
    {
        var count = ReadNullableArrayLength(compact, elementBytesMin);
        return count >= 0 ? count : throw new ProtocolViolationException("An array is null that cannot be.");
    }

    /// <summary>As <see cref="ReadArrayLength"/>, or -1 for null.</summary>
    public int ReadNullableArrayLength(bool compact, int elementBytesMin)
    {
        var count = compact ? ReadCompactLength() : ReadInt32();
        if (count < -1)
        {
            throw NegativeLength(count);
        }

        if ((long)count * elementBytesMin > Remaining)
        {
            throw new ProtocolViolationException(
                $"An array of {count} elements cannot fit into the {Remaining} bytes that are left.");
        }

        return count;
    }

    /// <summary>
    /// The capacity to start a list of <paramref name="count"/> elements with. A count can be 8 times as expensive here
    /// as on the wire (a reference for an element of one byte), so a large list grows as its elements really arrive.
    /// </summary>
    internal static int InitialCapacity(int count) => Math.Min(count, InitialCapacityMax);

    /// <summary>The byte before a struct that may be null: negative means null.</summary>
    public bool ReadPresence() => ReadInt8() >= 0;

    /// <summary>The number of fields in a tag section.</summary>
    public uint ReadTaggedFieldCount()
    {
        const int TagAndSizeBytesMin = 2;
        var count = ReadUnsignedVarint();
        if ((ulong)count * TagAndSizeBytesMin > (ulong)Remaining)
        {
            throw new ProtocolViolationException(
                $"{count} tagged fields cannot fit into the {Remaining} bytes that are left.");
        }

        return count;
    }

    /// <summary>A tagged field's tag, and the position where the field ends.</summary>
    public uint ReadTag(out int end)
    {
        var tag = ReadUnsignedVarint();
        var size = ReadUnsignedVarint();
        if (size > (uint)Remaining)
        {
            throw new ProtocolViolationException(
                $"Tagged field {tag} of {size} bytes exceeds the {Remaining} bytes that are left.");
        }

        end = _position + (int)size;
        return tag;
    }

    /// <summary>Checks that a tagged field took exactly the bytes its size said.</summary>
    public readonly void EndTaggedField(int end)
    {
        if (_position != end)
        {
            throw new ProtocolViolationException(
                $"A tagged field ends at byte {_position} of the frame, its size says {end}.");
        }
    }

    /// <summary>Skips what is left of a tagged field.</summary>
    public void SkipTo(int end) => _position = end;

    /// <summary>Skips a whole tag section.</summary>
    public void SkipTaggedFields()
    {
        for (var left = ReadTaggedFieldCount(); left > 0; left--)
        {
            ReadTag(out var end);
            SkipTo(end);
        }
    }

    /// <summary>Checks that the frame holds nothing more.</summary>
    public readonly void EnsureEnd()
    {
        if (Remaining != 0)
        {
            throw new ProtocolViolationException($"{Remaining} bytes follow the end of the message.");
        }
    }

    // Length or count in compact form: 0 is null (-1 here).
    private int ReadCompactLength()
    {
        var encoded = ReadUnsignedVarint();
        if (encoded > int.MaxValue)
        {
            throw new ProtocolViolationException($"Length {encoded} is out of range.");
        }

        return (int)encoded - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)(_span.Length - _position))
        {
            ThrowTooShort(length);
        }

        var taken = _span.Slice(_position, length);
        _position += length;
        return taken;
    }

    [DoesNotReturn]
    private readonly void ThrowTooShort(int length) =>
        throw new ProtocolViolationException($"{length} bytes are needed at {_position}, {Remaining} are left.");

    private static ProtocolViolationException NegativeLength(int length) => new($"Length {length} is negative.");
}
