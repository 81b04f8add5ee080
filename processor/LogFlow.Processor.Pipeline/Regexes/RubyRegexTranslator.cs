using System.Globalization;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Rewrites one pattern from Ruby's syntax to .NET's.</summary>
internal sealed partial class RubyRegexTranslator(string pattern)
{
    private readonly StringBuilder _output = new(pattern.Length + 32);
    private readonly Stack<int> _groupStarts = new();
    private int _position;

    // Where the last thing that a quantifier can follow starts in the output; -1: there is none.
    private int _atomStart = -1;
    private bool _isQuantified;

    /// <summary>Whether the pattern has named groups: then the unnamed ones do not capture.</summary>
    public bool HasNamedGroups { get; private set; }

    /// <summary>The pattern in .NET's syntax.</summary>
    /// <exception cref="RubyRegexException">It uses what .NET has no counterpart for.</exception>
    public string Translate()
    {
        while (_position < pattern.Length)
        {
            var c = pattern[_position];
            switch (c)
            {
                case '\\':
                    TranslateEscape();
                    break;
                case '[':
                    BeginAtom();
                    TranslateClass();
                    break;
                case '(':
                    TranslateGroupStart();
                    break;
                case ')':
                    _position++;
                    _output.Append(')');
                    _atomStart = _groupStarts.Count > 0 ? _groupStarts.Pop() : -1;
                    _isQuantified = false;
                    break;
                case '*' or '+' or '?':
                    TranslateQuantifier(c);
                    break;
                case '{':
                    TranslateBraces();
                    break;
                case '|' or '^' or '$':
                    _position++;
                    _output.Append(c);
                    _atomStart = -1;
                    break;
                default:
                    BeginAtom();
                    AppendLiteral();
                    break;
            }
        }
        return _output.ToString();
    }

    private void BeginAtom()
    {
        _atomStart = _output.Length;
        _isQuantified = false;
    }

    private void AppendLiteral()
    {
        var c = pattern[_position++];
        // '#' and blanks are literals here, but not after (?x); .NET treats them alike in both, so they are copied.
        _output.Append(c);
        if (char.IsHighSurrogate(c) && _position < pattern.Length && char.IsLowSurrogate(pattern[_position]))
        {
            // A quantifier must repeat the whole character, not its second half.
            _output.Insert(_output.Length - 1, "(?:").Append(pattern[_position++]).Append(')');
        }
    }

    private void TranslateQuantifier(char c)
    {
        _position++;
        if (_isQuantified)
        {
            // a*+ is possessive, a*? is lazy; both directly behind the quantifier.
            if (c == '+' && _output[^1] is '*' or '+' or '?' && c == '+')
            {
                _output.Insert(_atomStart, "(?>").Append(')');
                return;
            }
            if (c == '?')
            {
                _output.Append('?');
                return;
            }
            _output.Insert(_atomStart, "(?:").Append(')');
        }
        _output.Append(c);
        _isQuantified = _atomStart >= 0;
    }

    private void TranslateBraces()
    {
        var close = pattern.IndexOf('}', _position);
        var content = close < 0 ? string.Empty : pattern[(_position + 1)..close];
        var comma = content.IndexOf(',', StringComparison.Ordinal);
        var isQuantifier = content.Length > 0 && content != ","
            && content.All(c => char.IsAsciiDigit(c) || c == ',')
            && comma == content.LastIndexOf(',');
        if (!isQuantifier || _atomStart < 0)
        {
            _position++;
            BeginAtom();
            _output.Append("\\{");
            return;
        }
        if (_isQuantified)
        {
            _output.Insert(_atomStart, "(?:").Append(')');
        }
        _position = close + 1;
        // Ruby's {,n} is {0,n}; .NET takes it for text.
        _output.Append('{').Append(comma == 0 ? "0" : string.Empty).Append(content).Append('}');
        _isQuantified = true;
    }

    private void TranslateGroupStart()
    {
        _groupStarts.Push(_output.Length);
        _atomStart = -1;
        _position++;
        if (_position >= pattern.Length || pattern[_position] != '?')
        {
            _output.Append('(');
            return;
        }
        if (LooksAt("?<") && !LooksAt("?<=") && !LooksAt("?<!"))
        {
            HasNamedGroups = true;
            _output.Append('(');
            CopyThrough('>');
            return;
        }
        if (LooksAt("?#"))
        {
            // A comment: nothing to match.
            _groupStarts.Pop();
            var end = pattern.IndexOf(')', _position);
            _position = end < 0 ? pattern.Length : end + 1;
            return;
        }
        if (LooksAt("?~"))
        {
            throw new RubyRegexException("the absence operator (?~ ) is not supported");
        }
        foreach (var prefix in (ReadOnlySpan<string>)["?:", "?=", "?!", "?>", "?<=", "?<!"])
        {
            if (LooksAt(prefix))
            {
                _output.Append('(').Append(prefix);
                _position += prefix.Length;
                return;
            }
        }
        TranslateInlineOptions();
    }

    // Ruby's m is .NET's s; .NET's m (line anchors) is always on in Ruby.
    private void TranslateInlineOptions()
    {
        var end = pattern.AsSpan(_position).IndexOfAny(':', ')');
        var options = end < 0 ? string.Empty : pattern.Substring(_position + 1, end - 1);
        if (end < 0 || options.Length == 0 || options.Any(c => !"imxadu-".Contains(c, StringComparison.Ordinal)))
        {
            var start = options.Length > 0 ? options[..1] : string.Empty;
            throw new RubyRegexException($"a group starts with '(?{start}', which is unknown");
        }
        var translated = string.Concat(options.Where(c => c is 'i' or 'm' or 'x' or '-')).Replace('m', 's')
            .TrimEnd('-');
        _position += end + 1;
        var isGroup = pattern[_position - 1] == ':';
        if (!isGroup)
        {
            _groupStarts.Pop();
        }
        _output.Append("(?").Append(translated).Append(isGroup ? ':' : ')');
        if (!isGroup && translated.Length == 0)
        {
            _output.Length -= 3;
        }
    }

    private bool LooksAt(string text) => string.CompareOrdinal(pattern, _position, text, 0, text.Length) == 0;

    private void CopyThrough(char last)
    {
        var end = pattern.IndexOf(last, _position);
        if (end < 0)
        {
            throw new RubyRegexException($"'{last}' is missing");
        }
        _output.Append(pattern, _position, end + 1 - _position);
        _position = end + 1;
    }

    private void TranslateEscape()
    {
        if (_position + 1 >= pattern.Length)
        {
            throw new RubyRegexException("it ends in a backslash");
        }
        var c = pattern[_position + 1];
        if (c is 'A' or 'z' or 'Z' or 'b' or 'B' or 'G')
        {
            _position += 2;
            _output.Append('\\').Append(c);
            _atomStart = -1;
            return;
        }
        BeginAtom();
        switch (c)
        {
            case 'k':
                CopyThrough('>');
                return;
            case 'g':
                throw new RubyRegexException("calling a group with \\g is not supported");
            case 'K':
                throw new RubyRegexException("\\K is not supported; use (?<=...)");
            case 'R':
                _position += 2;
                _output.Append(@"(?:\r\n|[\n\v\f\r\u0085\u2028\u2029])");
                return;
            case 'X':
                _position += 2;
                _output.Append(@"(?:\P{M}\p{M}*)");
                return;
        }
        if (char.IsAsciiDigit(c) && c != '0')
        {
            _position += 2;
            _output.Append('\\').Append(c);
            return;
        }
        AppendEscape(inClass: false);
    }

    // An escape that stands for characters, inside or outside of [].
    private void AppendEscape(bool inClass)
    {
        var c = pattern[_position + 1];
        _position += 2;
        var set = c switch
        {
            'd' => "0-9",
            'w' => "a-zA-Z0-9_",
            's' => " \\t\\r\\n\\f\\v",
            'h' => "0-9a-fA-F",
            _ => null,
        };
        if (set is not null)
        {
            _output.Append(inClass ? set : $"[{set}]");
            return;
        }
        switch (c)
        {
            case 'D':
                _output.Append(inClass ? "\\x00-\\x2F\\x3A-\\uFFFF" : "[^0-9]");
                break;
            case 'W':
                _output.Append(inClass ? "\\x00-\\x2F\\x3A-\\x40\\x5B-\\x5E\\x60\\x7B-\\uFFFF" : "[^a-zA-Z0-9_]");
                break;
            case 'S':
                _output.Append(inClass ? "\\x00-\\x08\\x0E-\\x1F\\x21-\\uFFFF" : "[^ \\t\\r\\n\\f\\v]");
                break;
            case 'H':
                _output.Append(inClass ? "\\x00-\\x2F\\x3A-\\x40\\x47-\\x60\\x67-\\uFFFF" : "[^0-9a-fA-F]");
                break;
            case 'p' or 'P':
                AppendProperty(c);
                break;
            case 'x' or 'u':
                AppendCodePoint(c);
                break;
            case '0' or 'a' or 'e' or 'f' or 'n' or 'r' or 't' or 'v' or 'c':
                _output.Append('\\').Append(c);
                break;
            default:
                AppendEscapedLiteral(c);
                break;
        }
    }

    // Ruby lets every other character be escaped and means the character.
    private void AppendEscapedLiteral(char c)
    {
        if (!char.IsAsciiLetterOrDigit(c) && c < 128 && c != '_')
        {
            _output.Append('\\');
        }
        _output.Append(c);
    }

    private void AppendCodePoint(char kind)
    {
        string digits;
        if (_position < pattern.Length && pattern[_position] == '{')
        {
            var close = pattern.IndexOf('}', _position);
            digits = close < 0 ? string.Empty : pattern[(_position + 1)..close];
            _position = close < 0 ? pattern.Length : close + 1;
        }
        else
        {
            var length = 0;
            while (length < (kind == 'u' ? 4 : 2) && _position + length < pattern.Length
                && char.IsAsciiHexDigit(pattern[_position + length]))
            {
                length++;
            }
            digits = pattern.Substring(_position, length);
            _position += length;
        }
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value > 0xFFFF)
        {
            throw new RubyRegexException($"\\{kind} is not followed by a character's hexadecimal number");
        }
        _output.Append(CultureInfo.InvariantCulture, $"\\u{value:X4}");
    }
}
