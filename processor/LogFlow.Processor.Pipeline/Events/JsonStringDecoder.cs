using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
        if (!content.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(content);
        }
        char[]? rented = null;
        var buffer = content.Length <= StackCharsMax
            ? stackalloc char[StackCharsMax]
            : (rented = ArrayPool<char>.Shared.Rent(content.Length));
        try
        {
            return new string(buffer[..Unescape(content, buffer)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }

    private static int Unescape(ReadOnlySpan<byte> content, Span<char> output)
    {
        var length = 0;
        while (true)
        {
            var plain = CopyPlainAscii(content, output[length..]);
            length += plain;
            content = content[plain..];
            if (content.IsEmpty)
            {
                return length;
            }
            if (content[0] != '\\')
            {
                var end = content.IndexOf((byte)'\\');
                end = end < 0 ? content.Length : end;
                length += Encoding.UTF8.GetChars(content[..end], output[length..]);
                content = content[end..];
                continue;
            }
            var position = 0;
            var escape = content[1];
            if (escape == 'u')
            {
                length = AppendUnicode(content, ref position, output, length);
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
                position = 2;
            }
            content = content[position..];
        }
    }

    /// <summary>Copies characters up to the first escape or the first of more than a byte; how many.</summary>
    private static int CopyPlainAscii(ReadOnlySpan<byte> content, Span<char> output)
    {
        ref var from = ref MemoryMarshal.GetReference(content);
        ref var to = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(output[..content.Length]));
        var at = 0;
        for (; at <= content.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref from, (nuint)at);
            var special = Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | (bytes & Vector128.Create((byte)0x80));
            if (special != Vector128<byte>.Zero)
            {
                break;
            }
            var (low, high) = Vector128.Widen(bytes);
            low.StoreUnsafe(ref to, (nuint)at);
            high.StoreUnsafe(ref to, (nuint)(at + Vector128<ushort>.Count));
        }
        for (; at < content.Length && content[at] is < 0x80 and not (byte)'\\'; at++)
        {
            output[at] = (char)content[at];
        }
        return at;
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
