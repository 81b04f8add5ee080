using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Store;

/// <summary>Reads what <see cref="ByteWriter"/> wrote; every length is checked before it is used.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public readonly int Remaining => _rest.Length;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte ReadByte() => ReadBytes(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(8));

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        return Corrupt<ulong>("a number is too long");
    }

    /// <summary>A varint that counts or sizes something, checked against its largest sensible value.</summary>
    public int ReadCount(int max)
    {
        var value = ReadVarint();
        return value <= (ulong)max ? (int)value : Corrupt<int>($"a count of {value} exceeds {max}");
    }

    public ReadOnlySpan<byte> ReadBlob() => ReadBytes(ReadCount(_rest.Length));

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            Corrupt<int>("data ends early");
        }

        var result = _rest[..count];
        _rest = _rest[count..];
        return result;
    }

    [DoesNotReturn]
    private static T Corrupt<T>(string message) => throw new CorruptDataException(message);
}
