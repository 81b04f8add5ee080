using System.Buffers.Binary;

namespace LogFlow.Store;

/// <summary>Lengths of texts on a page: u8 width (1, 2, 4) · lengths, little-endian.</summary>
internal static class TextLengths
{
    /// <summary>Appends the lengths, each as wide as the longest needs.</summary>
    public static void Write(ReadOnlySpan<int> lengths, int longest, ByteWriter page)
    {
        var width = longest <= byte.MaxValue ? 1 : longest <= ushort.MaxValue ? 2 : 4;
        page.WriteByte((byte)width);
        var output = page.Append(lengths.Length * width);
        for (var i = 0; i < lengths.Length; i++)
        {
            switch (width)
            {
                case 1:
                    output[i] = (byte)lengths[i];
                    break;
                case 2:
                    BinaryPrimitives.WriteUInt16LittleEndian(output[(i * 2)..], (ushort)lengths[i]);
                    break;
                default:
                    BinaryPrimitives.WriteInt32LittleEndian(output[(i * 4)..], lengths[i]);
                    break;
            }
        }
    }

    /// <summary>Reads so many lengths.</summary>
    /// <exception cref="CorruptDataException">They are not there, or one is negative.</exception>
    public static void Read(ref ByteReader reader, Span<int> lengths)
    {
        var width = reader.ReadByte();
        if (width is not (1 or 2 or 4))
        {
            throw new CorruptDataException("unknown width of text lengths");
        }

        var input = reader.ReadBytes(checked(lengths.Length * width));
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = width switch
            {
                1 => input[i],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(input[(i * 2)..]),
                _ => BinaryPrimitives.ReadInt32LittleEndian(input[(i * 4)..]),
            };
            if (lengths[i] < 0)
            {
                throw new CorruptDataException("a text has a negative length");
            }
        }
    }
}
