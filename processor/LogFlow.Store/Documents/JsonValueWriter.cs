using System.Buffers.Text;
using System.Globalization;

namespace LogFlow.Store;

/// <summary>Writes JSON values as UTF-8, escaping only what RFC 8259 demands.</summary>
internal static class JsonValueWriter
{
    public static void WriteString(ByteWriter output, ReadOnlySpan<byte> text)
    {
        output.WriteByte((byte)'"');
        while (true)
        {
            var at = IndexOfEscape(text);
            if (at < 0)
            {
                output.Write(text);
                break;
            }

            output.Write(text[..at]);
            WriteEscape(output, text[at]);
            text = text[(at + 1)..];
        }

        output.WriteByte((byte)'"');
    }

    public static void WriteInt64(ByteWriter output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(24), out var length);
        output.Advance(length);
    }

    /// <summary>The shortest text that reads back as the same double, always with a point or an exponent.</summary>
    public static void WriteDouble(ByteWriter output, double value)
    {
        var span = output.GetSpan(40);
        value.TryFormat(span, out var length, "R", CultureInfo.InvariantCulture);
        if (span[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            ".0"u8.CopyTo(span[length..]);
            length += 2;
        }

        output.Advance(length);
    }

    private static int IndexOfEscape(ReadOnlySpan<byte> text)
    {
        return text.IndexOfAny(Escaped);
    }

    private static readonly System.Buffers.SearchValues<byte> Escaped = System.Buffers.SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
        30, 31, (byte)'"', (byte)'\\',
    ]);

    private static void WriteEscape(ByteWriter output, byte value)
    {
        output.WriteByte((byte)'\\');
        switch (value)
        {
            case (byte)'"' or (byte)'\\':
                output.WriteByte(value);
                break;
            case (byte)'\n':
                output.WriteByte((byte)'n');
                break;
            case (byte)'\r':
                output.WriteByte((byte)'r');
                break;
            case (byte)'\t':
                output.WriteByte((byte)'t');
                break;
            default:
                output.Write("u00"u8);
                output.WriteByte((byte)"0123456789abcdef"[value >> 4]);
                output.WriteByte((byte)"0123456789abcdef"[value & 15]);
                break;
        }
    }
}
