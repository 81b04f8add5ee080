using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Appends JSON to a buffer writer through one span at a time, so that most calls only move an index.
/// </summary>
internal ref struct JsonOutput(IBufferWriter<byte> output)
{
    private const int SpanSizeMin = 512;

    // JSON needs only these escaped; everything else is written as UTF-8.
    private static readonly SearchValues<char> MustEscape = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (char)i), '"', '\\']);

    private Span<byte> _span;
    private int _used;

    /// <summary>Hands what was written to the buffer writer.</summary>
    public void Flush()
    {
        output.Advance(_used);
        _span = default;
        _used = 0;
    }

    public void Byte(byte value) => Reserve(1)[_used++] = value;

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length)[_used..]);
        _used += bytes.Length;
    }

    public void Integer(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20)[_used..], out var written);
        _used += written;
    }

    /// <summary>A float keeps a fraction or exponent, so that an index does not take it for an integer.</summary>
    public void Float(double value)
    {
        if (!double.IsFinite(value))
        {
            String(NumberText.Format(value));
            return;
        }
        var target = Reserve(32)[_used..];
        value.TryFormat(target, out var written, "R", CultureInfo.InvariantCulture);
        _used += written;
        if (!target[..written].ContainsAny((byte)'.', (byte)'E'))
        {
            Raw(".0"u8);
        }
    }

    public void Timestamp(EventTimestamp value)
    {
        var target = Reserve(EventTimestamp.TextLengthMax + 2)[_used..];
        target[0] = (byte)'"';
        var length = value.TryFormat(target[1..]);
        target[length + 1] = (byte)'"';
        _used += length + 2;
    }

    public void String(ReadOnlySpan<char> text)
    {
        // Two statements each: "_used +=" would read _used before Reserve sets it to 0.
        var target = Reserve((text.Length * 3) + 2)[_used..];
        target[0] = (byte)'"';
        var plain = CopyPlainAscii(text, target[1..]);
        _used += plain + 1;
        if (plain < text.Length)
        {
            Escaped(text[plain..]);
        }
        Byte((byte)'"');
    }

    /// <summary>Copies characters up to the first that needs an escape or more than a byte; how many.</summary>
    private static int CopyPlainAscii(ReadOnlySpan<char> text, Span<byte> target)
    {
        ref var from = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        ref var to = ref MemoryMarshal.GetReference(target);
        var at = 0;
        for (; at <= text.Length - Vector128<ushort>.Count; at += Vector128<ushort>.Count)
        {
            var chars = Vector128.LoadUnsafe(ref from, (nuint)at);
            var special = Vector128.GreaterThan(chars - Vector128.Create((ushort)' '), Vector128.Create((ushort)0x5E))
                | Vector128.Equals(chars, Vector128.Create((ushort)'"'))
                | Vector128.Equals(chars, Vector128.Create((ushort)'\\'));
            if (special != Vector128<ushort>.Zero)
            {
                break;
            }
            Vector128.Narrow(chars, chars).GetLower().StoreUnsafe(ref to, (nuint)at);
        }
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c is < ' ' or > '~' or '"' or '\\')
            {
                break;
            }
            target[at] = (byte)c;
        }
        return at;
    }

    private void Escaped(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var stop = text.IndexOfAny(MustEscape);
            var plain = stop < 0 ? text : text[..stop];
            // Lone surrogates come out as U+FFFD: Elasticsearch refuses anything else.
            var written = Encoding.UTF8.GetBytes(plain, Reserve(plain.Length * 3)[_used..]);
            _used += written;
            if (stop < 0)
            {
                return;
            }
            Escape(text[stop]);
            text = text[(stop + 1)..];
        }
    }

    private void Escape(char value)
    {
        var target = Reserve(6)[_used..];
        target[0] = (byte)'\\';
        var shortForm = value switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => '\0',
        };
        if (shortForm != '\0')
        {
            target[1] = (byte)shortForm;
            _used += 2;
            return;
        }
        "u00"u8.CopyTo(target[1..]);
        target[4] = (byte)(value >> 4 == 0 ? '0' : '1');
        target[5] = (byte)"0123456789abcdef"[value & 0xF];
        _used += 6;
    }

    private Span<byte> Reserve(int count)
    {
        if (_span.Length - _used < count)
        {
            output.Advance(_used);
            _used = 0;
            _span = output.GetSpan(Math.Max(count, SpanSizeMin));
        }
        return _span;
    }
}
