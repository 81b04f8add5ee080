using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Builds registry entries, each framed as: length u32 and CRC-32C u32 (both of what follows, little-endian), type u8,
/// fields. Integers are LEB128 varints unless said otherwise.
/// </summary>
internal sealed class EntryWriter
{
    private const int FrameLength = 8;

    private byte[] _buffer = new byte[4096];
    private int _length;
    private int _entryStart;

    /// <summary>Whole entries so far.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes so far.</summary>
    public int Length => _length;

    /// <summary>The bytes so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Starts over; a buffer that grew very large is given up.</summary>
    public void Reset()
    {
        _length = 0;
        Count = 0;
        if (_buffer.Length > 4 << 20)
        {
            _buffer = new byte[4096];
        }
    }

    /// <summary>Opens an entry.</summary>
    public void Begin(EntryType type)
    {
        _entryStart = _length;
        Reserve(FrameLength + 1);
        _length += FrameLength;
        _buffer[_length++] = (byte)type;
    }

    /// <summary>Closes the entry.</summary>
    public void End()
    {
        var body = _buffer.AsSpan((_entryStart + FrameLength).._length);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_entryStart), (uint)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_entryStart + 4), Crc32C.Compute(body));
        Count++;
    }

    /// <summary>Appends raw bytes outside of entries (file headers).</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>LEB128.</summary>
    public void Varint(long value)
    {
        Reserve(10);
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            _buffer[_length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _buffer[_length++] = (byte)rest;
    }

    /// <summary>Four bytes, little-endian.</summary>
    public void Fixed32(uint value)
    {
        Reserve(4);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_length), value);
        _length += 4;
    }

    /// <summary>Sixteen bytes, little-endian.</summary>
    public void Fixed128(UInt128 value)
    {
        Reserve(16);
        BinaryPrimitives.WriteUInt128LittleEndian(_buffer.AsSpan(_length), value);
        _length += 16;
    }

    /// <summary>Sixteen bytes, as RFC 9562 prints them.</summary>
    public void Guid(Guid value)
    {
        Reserve(16);
        value.TryWriteBytes(_buffer.AsSpan(_length), bigEndian: true, out _);
        _length += 16;
    }

    /// <summary>Length varint and UTF-8.</summary>
    public void Text(string value)
    {
        // A path's bytes that are not UTF-8 are written as they are.
        var bytes = RawPath.Encode(value);
        Varint(bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, (int)Math.Max(_buffer.Length * 2L, _length + (long)count));
        }
    }
}
