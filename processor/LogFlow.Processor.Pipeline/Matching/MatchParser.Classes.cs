using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <content>
/// Escapes and classes: those of plain ASCII are read here, of all others .NET is asked what they hold.
/// </content>
internal sealed partial class MatchParser
{
    private MatchNode ParseEscape()
    {
        var start = _position - 1;
        if (AtEnd)
        {
            return Unknown("a backslash");
        }
        var c = _pattern[_position];
        MatchPlace? place = c switch
        {
            'A' => MatchPlace.TextStart,
            'z' => MatchPlace.TextEnd,
            'Z' => MatchPlace.LastLineEnd,
            'b' => MatchPlace.WordEdge,
            'B' => MatchPlace.NoWordEdge,
            _ => null,
        };
        if (place is { } kind)
        {
            _position++;
            return new MatchNode.Place(kind);
        }
        if (c is 'p' or 'P')
        {
            var close = _pattern.IndexOf('}', _position);
            if (close < 0)
            {
                return Unknown("a property");
            }
            _position = close + 1;
            return new MatchNode.One(Ask(_pattern[start.._position]));
        }
        if (TryReadEscapedChar(out var literal))
        {
            return Literal(literal);
        }
        if (c is 'd' or 'D' or 'w' or 'W' or 's' or 'S')
        {
            _position++;
            return new MatchNode.One(Ask(_pattern[start.._position]));
        }
        SkipReference(c);
        return new MatchNode.Opaque($"\\{c}");
    }

    private void SkipReference(char c)
    {
        _position++;
        if (c == 'k' && _pattern.IndexOf('>', _position) is >= 0 and var close)
        {
            _position = close + 1;
        }
        while (char.IsAsciiDigit(c) && !AtEnd && char.IsAsciiDigit(_pattern[_position]))
        {
            _position++;
        }
    }

    // Behind a backslash: a character that stands for one, whichever way. Else nothing is taken.
    private bool TryReadEscapedChar(out char value)
    {
        var c = _pattern[_position];
        value = c switch
        {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => '\e',
            _ => c,
        };
        if (value != c || !char.IsLetterOrDigit(c))
        {
            _position++;
            return true;
        }
        var length = c switch { 'u' => 4, 'x' => 2, _ => 0 };
        if (length == 0 || _position + 1 + length > _pattern.Length
            || !ushort.TryParse(_pattern.AsSpan(_position + 1, length), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out var code))
        {
            return false;
        }
        value = (char)code;
        _position += 1 + length;
        return true;
    }

    // Behind the '['.
    private MatchNode ParseClass()
    {
        var start = _position - 1;
        var set = _ignoreCase ? null : TryReadAsciiClass();
        if (set is null)
        {
            _position = EndOfClass(start);
            if (_position < 0)
            {
                return Unknown("a class");
            }
            set = Ask(_pattern[start.._position]);
        }
        return set.Single is { } single ? new MatchNode.Text(single.ToString()) : new MatchNode.One(set);
    }

    private int EndOfClass(int start)
    {
        var position = start + 1;
        position += position < _pattern.Length && _pattern[position] == '^' ? 1 : 0;
        for (var isFirst = true; position < _pattern.Length; position++, isFirst = false)
        {
            switch (_pattern[position])
            {
                case '\\':
                    position++;
                    break;
                case ']' when !isFirst:
                    return position + 1;
            }
        }
        return -1;
    }

    private CharSet? TryReadAsciiClass()
    {
        ulong low = 0, high = 0;
        var isNegated = !AtEnd && _pattern[_position] == '^';
        _position += isNegated ? 1 : 0;
        for (var isFirst = true; !AtEnd; isFirst = false)
        {
            if (_pattern[_position] == ']' && !isFirst)
            {
                _position++;
                return isNegated ? new CharSet(~low, ~high, hasBeyond: true) : new CharSet(low, high, hasBeyond: false);
            }
            if (!TryReadClassChar(out var from))
            {
                return null;
            }
            var to = from;
            if (_position + 1 < _pattern.Length && _pattern[_position] == '-' && _pattern[_position + 1] != ']')
            {
                _position++;
                if (_pattern[_position] == '[' || !TryReadClassChar(out to))
                {
                    return null;
                }
            }
            for (var c = from; c <= to; c++)
            {
                (c < 64 ? ref low : ref high) |= 1UL << c;
            }
        }
        return null;
    }

    private bool TryReadClassChar(out char value)
    {
        value = _pattern[_position++];
        if (value == '\\')
        {
            if (AtEnd)
            {
                return false;
            }
            if (_pattern[_position] == 'b')
            {
                _position++;
                value = '\b';
                return true;
            }
            if (!TryReadEscapedChar(out value))
            {
                return false;
            }
        }
        return value < 128;
    }
}
