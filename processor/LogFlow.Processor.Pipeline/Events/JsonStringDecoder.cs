using System.Buffers;
using System.Globalization;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>The inside of JSON strings: from bytes to characters.</summary>
internal static class JsonStringDecoder
{
    private const int StackCharsMax = 256;

    /// <summary>Decodes what stands between the quotes. The escapes must be valid (<see cref="JsonScanner"/> saw to
    /// it). Lone surrogates become U+FFFD: Elasticsearch refuses them, and they carry nothing.</summary>
    public static string Decode(ReadOnlySpan<byte> content)
    {
        var escapeAt = content.IndexOf((byte)'\\');
        if (escapeAt < 0)
        {
            return Encoding.UTF8.GetString(content);
        }
        char[]? rented = null;
        var buffer = content.Length <= StackCharsMax
            ? stackalloc char[StackCharsMax]
            : (rented = ArrayPool<char>.Shared.Rent(content.Length));
        try
        {
            return new string(buffer[..Unescape(content, escapeAt, buffer)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }

    private static int Unescape(ReadOnlySpan<byte> content, int escapeAt, Span<char> output)
    {
        var length = 0;
        while (true)
        {
            length += Encoding.UTF8.GetChars(content[..escapeAt], output[length..]);
            var escape = content[escapeAt + 1];
            if (escape == 'u')
            {
                length = AppendUnicode(content, ref escapeAt, output, length);
            }
            else
            {
                output[length++] = escape switch
                {
                    (byte)'b' => '\b',
                    (byte)'f' => '\f',
                    (byte)'n' => '\n',
                    (byte)'r' => '\r',
                    (byte)'t' => '\t',
                    _ => (char)escape,
                };
                escapeAt += 2;
            }
            content = content[escapeAt..];
            escapeAt = content.IndexOf((byte)'\\');
            if (escapeAt < 0)
            {
                return length + Encoding.UTF8.GetChars(content, output[length..]);
            }
        }
    }

    private static int AppendUnicode(ReadOnlySpan<byte> content, ref int position, Span<char> output, int length)
    {
        var unit = Hex(content.Slice(position + 2, 4));
        position += 6;
        if (!char.IsSurrogate(unit))
        {
            output[length] = unit;
            return length + 1;
        }
        if (char.IsHighSurrogate(unit) && position + 6 <= content.Length
            && content[position] == '\\' && content[position + 1] == 'u'
            && Hex(content.Slice(position + 2, 4)) is var low && char.IsLowSurrogate(low))
        {
            position += 6;
            output[length] = unit;
            output[length + 1] = low;
            return length + 2;
        }
        output[length] = '\uFFFD';
        return length + 1;
    }

    private static char Hex(ReadOnlySpan<byte> digits) =>
        (char)ushort.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
