using System.Buffers.Binary;

namespace LogFlow.Store;

/// <summary>
/// Integers as base + unsigned difference of 0, 1, 2, 4 or 8 bytes; either against the smallest value (frame of
/// reference) or as zigzag differences from the value before (delta), whichever is narrower. zstd does the rest.
/// Layout: u8 mode (0 frame of reference, 1 delta) · u8 width · i64 base · count × width bytes.
/// </summary>
internal static class FixedWidth
{
    private const byte FrameOfReference = 0;
    private const byte Delta = 1;

    public static void Append(ReadOnlySpan<long> values, ByteWriter output)
    {
        var min = long.MaxValue;
        var max = long.MinValue;
        ulong steps = 0;
        var last = values.Length > 0 ? values[0] : 0;
        foreach (var value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            steps |= ZigZag(unchecked(value - last));
            last = value;
        }

        var forWidth = values.Length == 0 ? 0 : WidthOf(unchecked((ulong)max - (ulong)min));
        var deltaWidth = WidthOf(steps);
        var isDelta = deltaWidth < forWidth;
        var width = isDelta ? deltaWidth : forWidth;
        output.WriteByte(isDelta ? Delta : FrameOfReference);
        output.WriteByte((byte)width);
        var origin = values.Length == 0 ? 0 : isDelta ? values[0] : min;
        output.WriteInt64(origin);
        if (width == 0)
        {
            return;
        }

        var span = output.Append(values.Length * width);
        last = origin;
        for (var i = 0; i < values.Length; i++)
        {
            var difference = isDelta ? ZigZag(unchecked(values[i] - last)) : unchecked((ulong)values[i] - (ulong)min);
            last = values[i];
            Put(span[(i * width)..], width, difference);
        }
    }

    public static void Read(ref ByteReader reader, Span<long> values)
    {
        var mode = reader.ReadByte();
        var width = reader.ReadByte();
        var origin = reader.ReadInt64();
        if (mode > Delta || width is not (0 or 1 or 2 or 4 or 8))
        {
            throw new CorruptDataException("unknown integer encoding");
        }

        if (width == 0)
        {
            values.Fill(origin);
            return;
        }

        var data = reader.ReadBytes(checked(values.Length * width));
        switch (width)
        {
            case 1:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = data[i];
                }

                break;
            case 2:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BinaryPrimitives.ReadUInt16LittleEndian(data[(i * 2)..]);
                }

                break;
            case 4:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BinaryPrimitives.ReadUInt32LittleEndian(data[(i * 4)..]);
                }

                break;
            default:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BinaryPrimitives.ReadInt64LittleEndian(data[(i * 8)..]);
                }

                break;
        }

        Restore(mode, origin, values);
    }

    private static void Restore(byte mode, long origin, Span<long> values)
    {
        if (mode == FrameOfReference)
        {
            foreach (ref var value in values)
            {
                value = unchecked(origin + value);
            }

            return;
        }

        var last = origin;
        foreach (ref var value in values)
        {
            last = unchecked(last + ((long)((ulong)value >> 1) ^ -(value & 1)));
            value = last;
        }
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static int WidthOf(ulong value) => value switch
    {
        0 => 0,
        <= byte.MaxValue => 1,
        <= ushort.MaxValue => 2,
        <= uint.MaxValue => 4,
        _ => 8,
    };

    private static void Put(Span<byte> target, int width, ulong value)
    {
        switch (width)
        {
            case 1:
                target[0] = (byte)value;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)value);
                break;
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)value);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(target, value);
                break;
        }
    }
}
