using System.Globalization;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Reads a pattern in .NET's syntax, as <see cref="RubyRegexTranslator"/> writes it and .NET has accepted it. What is
/// not understood becomes <see cref="MatchNode.Opaque"/>, never something else.
/// </summary>
/// <remarks>Groups named g0, g1 ... are captures 0, 1 ...; all others only group.</remarks>
internal sealed partial class MatchParser
{
    private const int DepthMax = 200;

    private readonly string _pattern;
    private readonly Dictionary<string, CharSet> _sets = new(StringComparer.Ordinal);
    private int _position;
    private int _depth;
    private bool _dotAll;
    private bool _ignoreCase;
    private bool _isExtended;

    private MatchParser(string pattern, RubyRegexOptions options)
    {
        _pattern = pattern;
        _dotAll = options.HasFlag(RubyRegexOptions.DotAll);
        _ignoreCase = options.HasFlag(RubyRegexOptions.IgnoreCase);
    }

    /// <summary>Reads a pattern.</summary>
    public static MatchNode Parse(string pattern, RubyRegexOptions options)
    {
        var parser = new MatchParser(pattern, options);
        var result = parser.ParseChoice();
        return parser._isExtended || parser._depth > DepthMax || parser._position < pattern.Length
            ? new MatchNode.Opaque("free spacing or deep nesting")
            : result;
    }

    private bool AtEnd => _position >= _pattern.Length;

    private MatchNode ParseChoice()
    {
        if (++_depth > DepthMax)
        {
            _position = _pattern.Length;
            return MatchNode.Empty;
        }
        var (dotAll, ignoreCase) = (_dotAll, _ignoreCase);
        var branches = new List<MatchNode> { ParseSequence() };
        while (!AtEnd && _pattern[_position] == '|')
        {
            _position++;
            branches.Add(ParseSequence());
        }
        // Options set within a group end with it.
        (_dotAll, _ignoreCase) = (dotAll, ignoreCase);
        if (_depth <= DepthMax)
        {
            _depth--;
        }
        return branches.Count == 1 ? branches[0] : new MatchNode.Choice([.. branches]);
    }

    private MatchNode ParseSequence()
    {
        var parts = new List<MatchNode>();
        var text = new StringBuilder();
        while (!AtEnd && _pattern[_position] is not ('|' or ')'))
        {
            var atom = ParseAtom();
            var part = ParseQuantifiers(atom);
            if (part is MatchNode.Text { Value: var value })
            {
                text.Append(value);
                continue;
            }
            Flush(text, parts);
            if (part != MatchNode.Empty)
            {
                parts.Add(part);
            }
        }
        Flush(text, parts);
        return parts.Count == 1 ? parts[0] : new MatchNode.Sequence([.. parts]);
    }

    private static void Flush(StringBuilder text, List<MatchNode> parts)
    {
        if (text.Length > 0)
        {
            parts.Add(new MatchNode.Text(text.ToString()));
            text.Clear();
        }
    }

    private MatchNode ParseQuantifiers(MatchNode atom)
    {
        while (TryTakeQuantifier(out var min, out var max))
        {
            var isLazy = !AtEnd && _pattern[_position] == '?';
            _position += isLazy ? 1 : 0;
            atom = (min, max) == (1, 1) ? atom : new MatchNode.Repeat(atom, min, max, isLazy);
        }
        return atom;
    }

    private bool TryTakeQuantifier(out int min, out int max)
    {
        (min, max) = (0, MatchNode.Unbounded);
        switch (AtEnd ? '\0' : _pattern[_position])
        {
            case '*':
                break;
            case '+':
                min = 1;
                break;
            case '?':
                max = 1;
                break;
            case '{':
                return TryTakeBraces(out min, out max);
            default:
                return false;
        }
        _position++;
        return true;
    }

    private bool TryTakeBraces(out int min, out int max)
    {
        (min, max) = (0, 0);
        var close = _pattern.IndexOf('}', _position);
        if (close < 0)
        {
            return false;
        }
        var content = _pattern.AsSpan(_position + 1, close - _position - 1);
        var comma = content.IndexOf(',');
        var isRange = comma < 0
            ? TryReadCount(content, out min) && TryReadCount(content, out max)
            : TryReadCount(content[..comma], out min);
        if (comma >= 0)
        {
            var upper = content[(comma + 1)..];
            max = MatchNode.Unbounded;
            isRange = isRange && (upper.IsEmpty || TryReadCount(upper, out max));
        }
        if (isRange)
        {
            _position = close + 1;
        }
        return isRange;
    }

    private static bool TryReadCount(ReadOnlySpan<char> digits, out int count) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private MatchNode ParseAtom()
    {
        var c = _pattern[_position++];
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                return ParseClass();
            case '\\':
                return ParseEscape();
            case '.':
                return new MatchNode.One(_dotAll ? CharSet.Any : CharSet.AnyOfLine);
            case '^':
                return new MatchNode.Place(MatchPlace.LineStart);
            case '$':
                return new MatchNode.Place(MatchPlace.LineEnd);
            default:
                return Literal(c);
        }
    }

    private MatchNode Literal(char c)
    {
        if (!_ignoreCase || (c < 128 && !char.IsAsciiLetter(c)))
        {
            return new MatchNode.Text(c.ToString());
        }
        return new MatchNode.One(Ask(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}")));
    }

    private CharSet Ask(string pattern)
    {
        var key = (_ignoreCase ? "i" : "-") + pattern;
        if (!_sets.TryGetValue(key, out var set))
        {
            set = CharSet.Ask(pattern, _ignoreCase);
            _sets.Add(key, set);
        }
        return set;
    }

    private MatchNode ParseGroup()
    {
        if (AtEnd || _pattern[_position] != '?')
        {
            return Close(ParseChoice());
        }
        _position++;
        if (TryTake("<="))
        {
            return Behind(Close(ParseChoice()), isNegated: false);
        }
        if (TryTake("<!"))
        {
            return Behind(Close(ParseChoice()), isNegated: true);
        }
        if (TryTake("<"))
        {
            return ParseNamedGroup();
        }
        if (TryTake("="))
        {
            return new MatchNode.Ahead(Close(ParseChoice()), IsNegated: false);
        }
        if (TryTake("!"))
        {
            return new MatchNode.Ahead(Close(ParseChoice()), IsNegated: true);
        }
        return TryTake(">") ? new MatchNode.Atomic(Close(ParseChoice())) : ParseOptions();
    }

    private MatchNode ParseNamedGroup()
    {
        var end = _pattern.IndexOf('>', _position);
        if (end < 0)
        {
            return Unknown("a group");
        }
        var name = _pattern.AsSpan(_position, end - _position);
        var slot = name.Length > 1 && name[0] == 'g' && TryReadCount(name[1..], out var number) ? number : -1;
        _position = end + 1;
        var body = Close(ParseChoice());
        return slot >= 0 ? new MatchNode.Capture(body, slot) : body;
    }

    // (?: ), (?i: ), (?i) to the end of the group around it.
    private MatchNode ParseOptions()
    {
        var end = _pattern.AsSpan(_position).IndexOfAny(':', ')');
        if (end < 0)
        {
            return Unknown("options");
        }
        var (dotAll, ignoreCase) = (_dotAll, _ignoreCase);
        var isOn = true;
        foreach (var option in _pattern.AsSpan(_position, end))
        {
            switch (option)
            {
                case '-':
                    isOn = false;
                    break;
                case 'i':
                    _ignoreCase = isOn;
                    break;
                case 's':
                    _dotAll = isOn;
                    break;
                default:
                    _isExtended |= isOn || option != 'x';
                    break;
            }
        }
        _position += end + 1;
        if (_pattern[_position - 1] == ')')
        {
            return MatchNode.Empty;
        }
        var body = Close(ParseChoice());
        (_dotAll, _ignoreCase) = (dotAll, ignoreCase);
        return body;
    }

    private MatchNode Close(MatchNode body)
    {
        if (AtEnd)
        {
            return Unknown("a group");
        }
        _position++;
        // A text in a group is one thing to a quantifier, and must not join the text before it.
        return body is MatchNode.Text { Value.Length: > 1 } ? new MatchNode.Sequence([body]) : body;
    }

    private static MatchNode Behind(MatchNode body, bool isNegated) => body switch
    {
        MatchNode.One one => new MatchNode.Behind(one.Set, isNegated),
        MatchNode.Text { Value: [< (char)128 and var c] } => new MatchNode.Behind(CharSet.Of(c), isNegated),
        MatchNode.Text { Value: var text } => new MatchNode.BehindText(text, isNegated),
        MatchNode.Sequence { Parts: [MatchNode.Text { Value: var text }] } =>
            new MatchNode.BehindText(text, isNegated),
        _ => new MatchNode.Opaque("looking behind for something of no certain text"),
    };

    private MatchNode.Opaque Unknown(string what)
    {
        _position = _pattern.Length;
        _isExtended = true;
        return new MatchNode.Opaque(what);
    }

    private bool TryTake(string text)
    {
        if (string.CompareOrdinal(_pattern, _position, text, 0, text.Length) != 0)
        {
            return false;
        }
        _position += text.Length;
        return true;
    }
}
