using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Writes the primitives of the Kafka protocol (https://kafka.apache.org/protocol#protocol_types). Small things are
/// copied into one pooled buffer. Payloads of type records stay where they are and become segments of their own, so a
/// record batch is never copied on its way to the socket: <see cref="Segments"/>, one after the other, are the message.
/// <para>Use it again after <see cref="Reset"/>; <see cref="Dispose"/> gives the buffer back. Not thread-safe.</para>
/// </summary>
public sealed class KafkaWriter : IDisposable
{
    /// <summary>Records shorter than this are copied after all: another segment would cost the socket more.</summary>
    public const int ReferencedBytesMin = 1024;

    private const int InitialBytes = 512;
    private const int LengthPrefixBytes = 4;

    // Enough for the metadata of a few thousand partitions.
    private const int RetainedBytesMax = 256 * 1024;

    private readonly List<Reference> _references = [];
    private readonly List<ReadOnlyMemory<byte>> _segments = [];
    private byte[] _buffer = [];
    private int _position;
    private long _referencedBytes;
    private int _openTags;

    /// <summary>Bytes written, those of referenced payloads included.</summary>
    public long Length => _position + _referencedBytes;

    /// <summary>
    /// The message, in order. Valid until the next write, <see cref="Reset"/> or <see cref="Dispose"/>; the referenced
    /// payloads among them belong to whoever passed them in.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Segments
    {
        get
        {
            _segments.Clear();
            var from = 0;
            foreach (var reference in _references)
            {
                AddCopied(from, reference.Position);
                _segments.Add(reference.Payload);
                from = reference.Position;
            }

            AddCopied(from, _position);
            return _segments;
        }
    }

    /// <summary>
    /// Forgets what was written and keeps the buffer, unless one large message made it unusually large.
    /// </summary>
    public void Reset()
    {
        if (_buffer.Length > RetainedBytesMax)
        {
            ReturnBuffer();
        }

        _position = 0;
        _referencedBytes = 0;
        _openTags = 0;
        _references.Clear();
        _segments.Clear();
    }

    /// <summary>Gives the buffer back to the pool. The writer can be used again: it will rent another.</summary>
    public void Dispose()
    {
        Reset();
        ReturnBuffer();
    }

    /// <summary>Copies the message into one new array. For tests and small embedded messages.</summary>
    public byte[] ToArray()
    {
        var copy = new byte[Length];
        CopyTo(copy);
        return copy;
    }

    /// <summary>Copies the message to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        foreach (var segment in Segments)
        {
            segment.Span.CopyTo(destination);
            destination = destination[segment.Length..];
        }
    }

    /// <summary>Starts a frame: leaves room for its 4-byte length. Only as the first thing after a reset.</summary>
    public void BeginFrame()
    {
        if (_position != 0)
        {
            throw new InvalidOperationException("A frame begins at the start of a writer.");
        }

        Advance(LengthPrefixBytes);
    }

    /// <summary>Ends the frame: fills in its length, the bytes that follow the length itself.</summary>
    public void EndFrame() =>
        BinaryPrimitives.WriteInt32BigEndian(_buffer, checked((int)(Length - LengthPrefixBytes)));

    public void WriteInt8(sbyte value) => Advance(sizeof(sbyte))[0] = (byte)value;

    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Advance(sizeof(short)), value);

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Advance(sizeof(ushort)), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Advance(sizeof(int)), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Advance(sizeof(uint)), value);

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Advance(sizeof(long)), value);

    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Advance(sizeof(double)), value);

    public void WriteBool(bool value) => Advance(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>16 bytes, big-endian.</summary>
    public void WriteUuid(Guid value) => value.TryWriteBytes(Advance(16), bigEndian: true, out _);

    /// <summary>7 bits a byte, the lowest first, the top bit set on all but the last.</summary>
    public void WriteUnsignedVarint(uint value)
    {
        if (value < 0x80)
        {
            Advance(1)[0] = (byte)value;
            return;
        }

        PutVarint(Advance(VarintSize(value)), value);
    }

    /// <summary>A zigzag-encoded varint.</summary>
    public void WriteVarint(int value) => WriteUnsignedVarint((uint)((value << 1) ^ (value >> 31)));

    /// <summary>A zigzag-encoded varint of 64 bits.</summary>
    public void WriteVarlong(long value)
    {
        var left = (ulong)((value << 1) ^ (value >> 63));
        while (left >= 0x80)
        {
            Advance(1)[0] = (byte)(left | 0x80);
            left >>= 7;
        }

        Advance(1)[0] = (byte)left;
    }

    /// <summary>STRING (int16 length) or COMPACT_STRING, UTF-8.</summary>
    /// <exception cref="ArgumentException">Longer than 32767 bytes in a version that is not flexible.</exception>
    public void WriteString(string value, bool compact)
    {
        ArgumentNullException.ThrowIfNull(value);
        var bytes = Encoding.UTF8.GetByteCount(value);
        if (compact)
        {
            WriteUnsignedVarint((uint)bytes + 1);
        }
        else if (bytes <= short.MaxValue)
        {
            WriteInt16((short)bytes);
        }
        else
        {
            throw new ArgumentException($"A string of {bytes} bytes is too long for this version.", nameof(value));
        }

        Encoding.UTF8.GetBytes(value, Advance(bytes));
    }

    public void WriteNullString(bool compact)
    {
        if (compact)
        {
            WriteUnsignedVarint(0);
        }
        else
        {
            WriteInt16(-1);
        }
    }

    /// <summary>BYTES (int32 length) or COMPACT_BYTES. The bytes are copied.</summary>
    public void WriteBytes(ReadOnlyMemory<byte> value, bool compact)
    {
        WriteBytesLength(value.Length, compact);
        WriteRaw(value.Span);
    }

    public void WriteNullBytes(bool compact) => WriteNullArray(compact);

    /// <summary>
    /// As <see cref="WriteBytes"/>, but a payload of <see cref="ReferencedBytesMin"/> or more is not copied but
    /// referenced: it must stay as it is until the segments have been used.
    /// </summary>
    public void WriteRecords(ReadOnlyMemory<byte> value, bool compact)
    {
        WriteBytesLength(value.Length, compact);
        if (value.Length < ReferencedBytesMin || _openTags > 0)
        {
            WriteRaw(value.Span);
            return;
        }

        _references.Add(new Reference(_position, value));
        _referencedBytes += value.Length;
    }

    /// <summary>Bytes as they are, copied.</summary>
    public void WriteRaw(ReadOnlySpan<byte> value) => value.CopyTo(Advance(value.Length));

    /// <summary>The count before an array's elements.</summary>
    public void WriteArrayLength(int count, bool compact) => WriteBytesLength(count, compact);

    public void WriteNullArray(bool compact)
    {
        if (compact)
        {
            WriteUnsignedVarint(0);
        }
        else
        {
            WriteInt32(-1);
        }
    }

    /// <summary>Starts a tagged field. Its size comes before its content, and is known only at the end: room for one
    /// byte is left. Pass the result to <see cref="EndTaggedField"/>.</summary>
    public int BeginTaggedField(uint tag)
    {
        WriteUnsignedVarint(tag);
        Advance(1);
        _openTags++;
        return _position;
    }

    /// <summary>Ends a tagged field that began at <paramref name="start"/>: fills in its size, moving the content when
    /// the size needs more than one byte.</summary>
    public void EndTaggedField(int start)
    {
        _openTags--;
        var size = _position - start;
        var extra = VarintSize((uint)size) - 1;
        if (extra > 0)
        {
            Advance(extra);
            _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start + extra));
        }

        PutVarint(_buffer.AsSpan(start - 1), (uint)size);
    }

    private static int VarintSize(uint value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private static void PutVarint(Span<byte> destination, uint value)
    {
        var i = 0;
        for (; value >= 0x80; value >>= 7)
        {
            destination[i++] = (byte)(value | 0x80);
        }

        destination[i] = (byte)value;
    }

    private void WriteBytesLength(int length, bool compact)
    {
        if (compact)
        {
            WriteUnsignedVarint((uint)length + 1);
        }
        else
        {
            WriteInt32(length);
        }
    }

    private void AddCopied(int from, int to)
    {
        if (to > from)
        {
            _segments.Add(_buffer.AsMemory(from, to - from));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Advance(int bytes)
    {
        if (bytes > _buffer.Length - _position)
        {
            Grow(bytes);
        }

        var span = _buffer.AsSpan(_position, bytes);
        _position += bytes;
        return span;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes)
    {
        var needed = checked(_position + bytes);
        var doubled = (int)Math.Min(Math.Max(InitialBytes, _buffer.Length * 2L), Array.MaxLength);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, doubled));
        _buffer.AsSpan(0, _position).CopyTo(larger);
        ReturnBuffer();
        _buffer = larger;
    }

    private void ReturnBuffer()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="Position">Where in the copied bytes the payload belongs.</param>
    /// <param name="Payload">What was passed in.</param>
    private readonly record struct Reference(int Position, ReadOnlyMemory<byte> Payload);
}
