using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Reads what <see cref="EntryWriter"/> writes; every length is checked before it is used.</summary>
internal ref struct EntryReader(ReadOnlySpan<byte> data)
{
    /// <summary>Length and checksum before each entry.</summary>
    public const int FrameLength = 8;

    private readonly ReadOnlySpan<byte> _data = data;
    private ReadOnlySpan<byte> _body;
    private int _bodyPosition;

    /// <summary>Bytes that whole, undamaged entries take.</summary>
    public int Position { get; private set; }

    /// <summary>Kind of the current entry.</summary>
    public EntryType Type { get; private set; }

    /// <summary>Steps to the next entry; false at the end, or where what follows is not a whole entry.</summary>
    public bool MoveNext()
    {
        if (!TryFrame(_data[Position..], out var body))
        {
            return false;
        }

        _body = body;
        Type = (EntryType)body[0];
        _bodyPosition = 1;
        Position += FrameLength + body.Length;
        return true;
    }

    /// <summary>Whether a whole entry starts here.</summary>
    public static bool TryFrame(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (data.Length < FrameLength + 1)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (length == 0 || length > (uint)(data.Length - FrameLength))
        {
            return false;
        }

        body = data.Slice(FrameLength, (int)length);
        return Crc32C.Compute(body) == BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
    }

    public long Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw new InvalidDataException("registry entry holds an endless integer");
    }

    /// <summary>A varint that counts or numbers something.</summary>
    public int Int32()
    {
        var value = Varint();
        return value is >= 0 and <= int.MaxValue
            ? (int)value
            : throw new InvalidDataException("registry entry holds an impossible number");
    }

    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public UInt128 Fixed128() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16));

    public Guid Guid() => new(Take(16), bigEndian: true);

    public string Text() => RawPath.Decode(Take(Int32()));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _body.Length - _bodyPosition)
        {
            throw new InvalidDataException("registry entry is too short");
        }

        var taken = _body.Slice(_bodyPosition, count);
        _bodyPosition += count;
        return taken;
    }
}
