using System.Buffers;
using System.Text;

namespace LogFlow.Agent;

/// <summary>Writes text into a JSON string: copies what needs no escape in runs found by vector instructions.</summary>
internal static class JsonStringWriter
{
    /// <summary>The most bytes that one byte of input becomes: <c>\u00XX</c>.</summary>
    public const int ExpansionMax = 6;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>
    /// Writes valid UTF-8. The destination has <see cref="ExpansionMax"/> times the room.
    /// </summary>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var run = text.IndexOfAny(Escaped);
            if (run < 0)
            {
                text.CopyTo(destination[written..]);
                return written + text.Length;
            }

            text[..run].CopyTo(destination[written..]);
            written += run;
            written += WriteEscape(text[run], destination[written..]);
            text = text[(run + 1)..];
        }
    }

    /// <summary>Writes valid UTF-8 until the destination is full, never half a character or escape.</summary>
    /// <returns>Bytes written; <paramref name="consumed"/> says how much of the text that is.</returns>
    public static int WriteBounded(ReadOnlySpan<byte> text, Span<byte> destination, out int consumed)
    {
        var written = 0;
        consumed = 0;
        Span<byte> escape = stackalloc byte[ExpansionMax];
        while (consumed < text.Length)
        {
            var rest = text[consumed..];
            var run = rest.IndexOfAny(Escaped);
            run = run < 0 ? rest.Length : run;
            if (run > destination.Length - written)
            {
                run = CharacterBoundary(rest, destination.Length - written);
                rest[..run].CopyTo(destination[written..]);
                consumed += run;
                return written + run;
            }

            rest[..run].CopyTo(destination[written..]);
            written += run;
            consumed += run;
            if (run < rest.Length)
            {
                var length = WriteEscape(rest[run], escape);
                if (length > destination.Length - written)
                {
                    return written;
                }

                escape[..length].CopyTo(destination[written..]);
                written += length;
                consumed++;
            }
        }

        return written;
    }

    /// <summary>Copies text, putting U+FFFD where it is not UTF-8. The destination has three times the room.</summary>
    /// <returns>Bytes written.</returns>
    public static int Repair(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        while (!text.IsEmpty)
        {
            // On an invalid sequence the rune is U+FFFD and the bytes to skip are what Unicode recommends.
            Rune.DecodeFromUtf8(text, out var rune, out var length);
            written += rune.EncodeToUtf8(destination[written..]);
            text = text[length..];
        }

        return written;
    }

    /// <summary>The largest cut not above <paramref name="length"/> that does not split a character.</summary>
    public static int CharacterBoundary(ReadOnlySpan<byte> text, int length)
    {
        if (length >= text.Length)
        {
            return text.Length;
        }

        var cut = length;
        while (cut > 0 && length - cut < 4 && (text[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        return (text[cut] & 0xC0) == 0x80 ? length : cut;
    }

    private static int WriteEscape(byte value, Span<byte> destination)
    {
        var letter = value switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            _ => (byte)0,
        };
        destination[0] = (byte)'\\';
        if (letter != 0)
        {
            destination[1] = letter;
            return 2;
        }

        "u00"u8.CopyTo(destination[1..]);
        destination[4] = Hex(value >> 4);
        destination[5] = Hex(value & 0xF);
        return 6;
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
