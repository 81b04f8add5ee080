using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Checks a JSON text strictly (RFC 8259) in one pass and records where the members of its outermost object stand.
/// Nothing is decoded: that happens when a field is asked for.
/// </summary>
internal ref struct JsonScanner
{
    /// <summary>Deeper nesting is refused: it would exhaust the stack, and no index accepts it.</summary>
    public const int DepthMax = 256;

    private const int RootCapacity = 16;
    private const int NestedCapacity = 4;

    // A string runs until a quote, needs care at a backslash, and must not hold control characters.
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private readonly ReadOnlySpan<byte> _json;
    private int _position;
    private string? _error;

    private JsonScanner(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>Reads the object that <paramref name="json"/> is.</summary>
    /// <returns>The map, or null with the reason.</returns>
    public static EventMap? TryReadObject(ReadOnlyMemory<byte> json, EventPool? pool, out string? error)
    {
        var scanner = new JsonScanner(json.Span);
        scanner.SkipWhitespace();
        if (scanner.Peek() != '{')
        {
            error = scanner._position >= json.Length ? "the JSON text is empty" : "the JSON text is not an object";
            return null;
        }
        var map = pool?.Rent(json, RootCapacity) ?? new EventMap(json, RootCapacity);
        if (scanner.ScanObject(map, 1) && scanner.AtEnd())
        {
            error = null;
            return map;
        }
        error = scanner._error + string.Create(CultureInfo.InvariantCulture, $" at byte {scanner._position}");
        return null;
    }

    /// <summary>Reads any JSON value.</summary>
    /// <returns>The value, or missing with the reason.</returns>
    public static EventValue TryReadValue(ReadOnlyMemory<byte> json, out string? error)
    {
        var scanner = new JsonScanner(json.Span);
        scanner.SkipWhitespace();
        var start = scanner._position;
        if (scanner.SkipValue(1))
        {
            var length = scanner._position - start;
            if (scanner.AtEnd())
            {
                error = null;
                return Decode(json, start, length);
            }
        }
        error = scanner._error + string.Create(CultureInfo.InvariantCulture, $" at byte {scanner._position}");
        return EventValue.Missing;
    }

    /// <summary>Decodes a value that has been checked.</summary>
    public static EventValue Decode(ReadOnlyMemory<byte> source, int offset, int length, EventPool? pool = null)
    {
        var text = source.Span.Slice(offset, length);
        switch (text[0])
        {
            case (byte)'"':
                return EventValue.Of(JsonStringDecoder.Decode(text[1..^1]));
            case (byte)'{':
                var map = pool?.Rent(source, NestedCapacity) ?? new EventMap(source, NestedCapacity);
                var scanner = new JsonScanner(source.Span) { _position = offset };
                scanner.ScanObject(map, 1);
                return EventValue.Of(map);
            case (byte)'[':
                return EventValue.Of(DecodeArray(source, offset, pool));
            case (byte)'t':
                return EventValue.Of(true);
            case (byte)'f':
                return EventValue.Of(false);
            case (byte)'n':
                return EventValue.Null;
            default:
                return DecodeNumber(text);
        }
    }

    private static EventList DecodeArray(ReadOnlyMemory<byte> source, int offset, EventPool? pool)
    {
        var list = new EventList();
        var scanner = new JsonScanner(source.Span) { _position = offset + 1 };
        scanner.SkipWhitespace();
        while (scanner.Peek() != ']')
        {
            var start = scanner._position;
            scanner.SkipValue(1);
            list.AddOriginal(Decode(source, start, scanner._position - start, pool));
            scanner.SkipWhitespace();
            if (scanner.Peek() == ',')
            {
                scanner._position++;
                scanner.SkipWhitespace();
            }
        }
        return list;
    }

    private static EventValue DecodeNumber(ReadOnlySpan<byte> text)
    {
        if (!text.ContainsAny((byte)'.', (byte)'e', (byte)'E'))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                ? EventValue.Of(integer)
                : EventValue.Of(BigInteger.Parse(Encoding.ASCII.GetString(text), CultureInfo.InvariantCulture));
        }
        return EventValue.Of(double.Parse(text, CultureInfo.InvariantCulture));
    }

    private readonly int Peek() => _position < _json.Length ? _json[_position] : -1;

    private bool Fail(string error)
    {
        _error ??= error;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipWhitespace()
    {
        if (_position < _json.Length && _json[_position] <= ' ')
        {
            SkipBlanks();
        }
    }

    private void SkipBlanks()
    {
        while (_position < _json.Length && _json[_position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _position++;
        }
    }

    private bool AtEnd()
    {
        SkipWhitespace();
        return _position == _json.Length || Fail("there is text behind the JSON value");
    }

    private bool ScanObject(EventMap? map, int depth)
    {
        _position++;
        SkipWhitespace();
        if (Peek() == '}')
        {
            _position++;
            return true;
        }
        while (true)
        {
            if (Peek() != '"')
            {
                return Fail("a member name in quotes is expected");
            }
            var nameOffset = _position + 1;
            if (!SkipString(out var escaped))
            {
                return false;
            }
            var nameLength = _position - 1 - nameOffset;
            SkipWhitespace();
            if (Peek() != ':')
            {
                return Fail("':' is expected");
            }
            _position++;
            SkipWhitespace();
            var valueOffset = _position;
            if (!SkipValue(depth))
            {
                return false;
            }
            if (map is not null)
            {
                var name = escaped ? JsonStringDecoder.Decode(_json.Slice(nameOffset, nameLength)) : null;
                map.AddOriginal(name, nameOffset, nameLength, valueOffset, _position - valueOffset);
            }
            SkipWhitespace();
            switch (Peek())
            {
                case ',':
                    _position++;
                    SkipWhitespace();
                    break;
                case '}':
                    _position++;
                    return true;
                default:
                    return Fail("',' or '}' is expected");
            }
        }
    }

    private bool SkipValue(int depth)
    {
        switch (Peek())
        {
            case '"':
                return SkipString(out _);
            case '{':
                return depth < DepthMax ? ScanObject(null, depth + 1) : Fail("the JSON is nested too deeply");
            case '[':
                return depth < DepthMax ? SkipArray(depth + 1) : Fail("the JSON is nested too deeply");
            case 't':
                return SkipLiteral("true"u8);
            case 'f':
                return SkipLiteral("false"u8);
            case 'n':
                return SkipLiteral("null"u8);
            case -1:
                return Fail("the JSON ends too early");
            default:
                return SkipNumber();
        }
    }

    private bool SkipArray(int depth)
    {
        _position++;
        SkipWhitespace();
        if (Peek() == ']')
        {
            _position++;
            return true;
        }
        while (true)
        {
            if (!SkipValue(depth))
            {
                return false;
            }
            SkipWhitespace();
            switch (Peek())
            {
                case ',':
                    _position++;
                    SkipWhitespace();
                    break;
                case ']':
                    _position++;
                    return true;
                default:
                    return Fail("',' or ']' is expected");
            }
        }
    }

    private bool SkipString(out bool escaped)
    {
        escaped = false;
        _position++;
        while (true)
        {
            var found = _json[_position..].IndexOfAny(StringStops);
            if (found < 0)
            {
                _position = _json.Length;
                return Fail("a string is not closed");
            }
            _position += found;
            var stop = _json[_position];
            if (stop == '"')
            {
                _position++;
                return true;
            }
            if (stop != '\\')
            {
                return Fail("a control character stands in a string");
            }
            escaped = true;
            if (!SkipEscape())
            {
                return false;
            }
        }
    }

    private bool SkipEscape()
    {
        _position++;
        switch (Peek())
        {
            case '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't':
                _position++;
                return true;
            case 'u':
                if (_position + 5 <= _json.Length)
                {
                    foreach (var c in _json.Slice(_position + 1, 4))
                    {
                        if (!char.IsAsciiHexDigit((char)c))
                        {
                            return Fail("\\u must be followed by four hexadecimal digits");
                        }
                    }
                    _position += 5;
                    return true;
                }
                return Fail("\\u must be followed by four hexadecimal digits");
            default:
                return Fail("an unknown escape stands in a string");
        }
    }

    private bool SkipLiteral(ReadOnlySpan<byte> literal)
    {
        if (!_json[_position..].StartsWith(literal))
        {
            return Fail("a JSON value is expected");
        }
        _position += literal.Length;
        return true;
    }

    private bool SkipNumber()
    {
        var start = _position;
        if (Peek() == '-')
        {
            _position++;
        }
        var first = Peek();
        var digits = SkipDigits();
        if (digits == 0)
        {
            return Fail(_position == start ? "a JSON value is expected" : "a digit is expected");
        }
        if (digits > 1 && first == '0')
        {
            return Fail("a number must not start with 0");
        }
        if (Peek() == '.')
        {
            _position++;
            if (SkipDigits() == 0)
            {
                return Fail("a digit is expected");
            }
        }
        if (Peek() is 'e' or 'E')
        {
            _position++;
            if (Peek() is '+' or '-')
            {
                _position++;
            }
            if (SkipDigits() == 0)
            {
                return Fail("a digit is expected");
            }
        }
        return true;
    }

    private int SkipDigits()
    {
        var start = _position;
        while (_position < _json.Length && (uint)(_json[_position] - '0') <= 9)
        {
            _position++;
        }
        return _position - start;
    }

    /// <summary>The same bytes if they are valid UTF-8; else a copy with U+FFFD in place of what is not.</summary>
    public static ReadOnlyMemory<byte> EnsureUtf8(ReadOnlyMemory<byte> bytes) =>
        Utf8.IsValid(bytes.Span) ? bytes : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes.Span));
}
