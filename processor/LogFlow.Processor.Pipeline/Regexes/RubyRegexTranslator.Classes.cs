namespace LogFlow.Processor.Pipeline;

/// <content>Character classes: nested ones are flattened, POSIX and Unicode names translated.</content>
internal sealed partial class RubyRegexTranslator
{
    private static readonly Dictionary<string, string> PosixSets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alnum"] = @"\p{L}\p{M}\p{Nd}",
        ["alpha"] = @"\p{L}\p{M}",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @" \t",
        ["cntrl"] = @"\p{Cc}",
        ["digit"] = @"\p{Nd}",
        ["graph"] = @"\x21-\x7E\u00A1-\uFFFF",
        ["lower"] = @"\p{Ll}",
        ["print"] = @"\x20-\x7E\u00A0-\uFFFF",
        ["punct"] = @"\p{P}$+<=>^`|~",
        ["space"] = @"\s\u0085",
        ["upper"] = @"\p{Lu}",
        ["xdigit"] = "0-9a-fA-F",
        ["word"] = @"\p{L}\p{M}\p{Nd}\p{Pc}",
    };

    private void TranslateClass()
    {
        _output.Append('[');
        _position++;
        if (_position < pattern.Length && pattern[_position] == '^')
        {
            _output.Append('^');
            _position++;
        }
        TranslateClassBody();
        _output.Append(']');
    }

    private void TranslateClassBody()
    {
        var isFirst = true;
        while (true)
        {
            if (_position >= pattern.Length)
            {
                throw new RubyRegexException("a '[' is not closed");
            }
            var c = pattern[_position];
            if (c == ']' && !isFirst)
            {
                _position++;
                return;
            }
            isFirst = false;
            switch (c)
            {
                case '\\' when _position + 1 >= pattern.Length:
                    throw new RubyRegexException("it ends in a backslash");
                case '\\' when pattern[_position + 1] == 'b':
                    _position += 2;
                    _output.Append("\\b");
                    break;
                case '\\' when pattern[_position + 1] == 'R':
                    _position += 2;
                    _output.Append(@"\n\v\f\r\u0085\u2028\u2029");
                    break;
                case '\\':
                    AppendEscape(inClass: true);
                    break;
                case '[':
                    TranslateNested();
                    break;
                case '&' when LooksAt("&&"):
                    throw new RubyRegexException("the intersection of classes with && is not supported");
                case ']':
                    _position++;
                    _output.Append("\\]");
                    break;
                case '-' when _position + 1 < pattern.Length && pattern[_position + 1] == '[':
                    // .NET would subtract what follows.
                    _position++;
                    _output.Append("\\-");
                    break;
                default:
                    _position++;
                    _output.Append(c);
                    break;
            }
        }
    }

    private void TranslateNested()
    {
        if (LooksAt("[:"))
        {
            var end = pattern.IndexOf(":]", _position + 2, StringComparison.Ordinal);
            var name = end < 0 ? string.Empty : pattern[(_position + 2)..end];
            var isNegated = name.StartsWith('^');
            if (PosixSets.TryGetValue(name.TrimStart('^'), out var set))
            {
                if (isNegated)
                {
                    throw new RubyRegexException($"[:{name}:] is not supported; negate the whole class");
                }
                _output.Append(set);
                _position = end + 2;
                return;
            }
            if (end >= 0 && name.All(char.IsAsciiLetter))
            {
                throw new RubyRegexException($"[:{name}:] is unknown");
            }
        }
        if (LooksAt("[^"))
        {
            throw new RubyRegexException("a negated class inside of a class is not supported");
        }
        // The union of classes is one class.
        _position++;
        TranslateClassBody();
    }

    private void AppendProperty(char kind)
    {
        var close = _position < pattern.Length && pattern[_position] == '{' ? pattern.IndexOf('}', _position) : -1;
        if (close < 0)
        {
            throw new RubyRegexException($"\\{kind} is not followed by {{name}}");
        }
        var name = pattern[(_position + 1)..close];
        _position = close + 1;
        var isNegated = (kind == 'P') != name.StartsWith('^');
        name = name.TrimStart('^');
        if (!PosixSets.TryGetValue(name, out var set))
        {
            _output.Append(isNegated ? "\\P{" : "\\p{").Append(name).Append('}');
        }
        else if (isNegated)
        {
            _output.Append("[^").Append(set).Append(']');
        }
        else
        {
            _output.Append(IsInsideClass() ? set : $"[{set}]");
        }
    }

    // Only asked for properties, which are rare: counts the brackets of the output that are open.
    private bool IsInsideClass()
    {
        var depth = 0;
        for (var i = 0; i < _output.Length; i++)
        {
            if (_output[i] == '\\')
            {
                i++;
            }
            else if (_output[i] == '[')
            {
                depth++;
            }
            else if (_output[i] == ']')
            {
                depth--;
            }
        }
        return depth > 0;
    }
}
