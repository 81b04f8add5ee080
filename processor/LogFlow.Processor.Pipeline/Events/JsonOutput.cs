using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
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
        Byte((byte)'"');
        while (true)
        {
            var stop = text.IndexOfAny(MustEscape);
            var plain = stop < 0 ? text : text[..stop];
            // Lone surrogates come out as U+FFFD: Elasticsearch refuses anything else.
            // Two statements: "_used +=" would read _used before Reserve sets it to 0.
            var written = Encoding.UTF8.GetBytes(plain, Reserve(plain.Length * 3)[_used..]);
            _used += written;
            if (stop < 0)
            {
                break;
            }
            Escape(text[stop]);
            text = text[(stop + 1)..];
        }
        Byte((byte)'"');
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
