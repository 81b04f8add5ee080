using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Agent;

/// <summary>
/// Turns an expression of Go's RE2 syntax into the one of .NET that means the same: classes such as <c>\d</c> are
/// ASCII,
/// <c>[[:alpha:]]</c> stands inside brackets only, <c>$</c> is the very end, <c>\Q…\E</c> quotes, <c>\pN</c> needs no
/// braces. What RE2 does not have is refused, as there.
/// </summary>
internal ref struct Re2Translator(string expression)
{
    private static readonly Dictionary<string, string> PosixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    /// <summary>The same classes turned round, as ranges of UTF-16 units.</summary>
    private static readonly Dictionary<string, string> OtherPosixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = @"\x00-/:-@\[-`{-\uFFFF",
        ["alpha"] = @"\x00-@\[-`{-\uFFFF",
        ["ascii"] = @"\x80-\uFFFF",
        ["blank"] = @"\x00-\x08\n-\x1F!-\uFFFF",
        ["cntrl"] = @" -~\x80-\uFFFF",
        ["digit"] = @"\x00-/:-\uFFFF",
        ["graph"] = @"\x00- \x7F-\uFFFF",
        ["lower"] = @"\x00-`{-\uFFFF",
        ["print"] = @"\x00-\x1F\x7F-\uFFFF",
        ["punct"] = @"\x00- 0-9A-Za-z\x7F-\uFFFF",
        ["space"] = @"\x00-\x08\x0E-\x1F!-\uFFFF",
        ["upper"] = @"\x00-@\[-\uFFFF",
        ["word"] = @"\x00-/:-@\[-^`{-\uFFFF",
        ["xdigit"] = @"\x00-/:-@G-`g-\uFFFF",
    };

    private readonly StringBuilder _result = new(expression.Length + 16);
    private int _at;
    private bool _isMultiline;

    /// <summary>The expression for .NET.</summary>
    /// <exception cref="NotSupportedException">It has what RE2 does not.</exception>
    public string Translate()
    {
        while (_at < expression.Length)
        {
            var letter = expression[_at];
            switch (letter)
            {
                case '\\':
                    Escape(isInClass: false);
                    break;
                case '[':
                    Class();
                    break;
                case '(':
                    Group();
                    break;
                case '$' when !_isMultiline:
                    // In .NET a dollar also matches before a last line feed.
                    _result.Append(@"\z");
                    _at++;
                    break;
                default:
                    _result.Append(letter);
                    _at++;
                    break;
            }
        }

        return _result.ToString();
    }

    private readonly char Peek(int ahead) => _at + ahead < expression.Length ? expression[_at + ahead] : '\0';

    private void Escape(bool isInClass)
    {
        var letter = Peek(1);
        switch (letter)
        {
            case 'Q':
                Quote(isInClass);
                return;
            case 'p' or 'P' when Peek(2) is not ('{' or '\0'):
                _result.Append('\\').Append(letter).Append('{').Append(Peek(2)).Append('}');
                _at += 3;
                return;
            case 'x' when Peek(2) == '{':
                CodePoint();
                return;
            case 'Z' or 'G' or 'K' or 'R' or 'X':
                throw new NotSupportedException($@"RE2 has no \{letter}");
            case 'C':
                throw new NotSupportedException(@"\C (one byte) is not supported");
            case 'k' or >= '1' and <= '9':
                throw new NotSupportedException("RE2 has no references back");
        }

        var replaced = (letter, isInClass) switch
        {
            ('d', true) => "0-9",
            ('d', false) => "[0-9]",
            ('D', true) => OtherPosixClasses["digit"],
            ('D', false) => "[^0-9]",
            ('w', true) => "0-9A-Za-z_",
            ('w', false) => "[0-9A-Za-z_]",
            ('W', true) => OtherPosixClasses["word"],
            ('W', false) => "[^0-9A-Za-z_]",
            ('s', true) => @"\t\n\f\r ",
            ('s', false) => @"[\t\n\f\r ]",
            ('S', true) => @"\x00-\x08\v\x0E-\x1F!-\uFFFF",
            ('S', false) => @"[^\t\n\f\r ]",
            _ => null,
        };
        if (replaced is not null)
        {
            _result.Append(replaced);
        }
        else
        {
            _result.Append('\\');
            if (letter != '\0')
            {
                _result.Append(letter);
            }
        }

        _at += 2;
    }

    private void Quote(bool isInClass)
    {
        var end = expression.IndexOf(@"\E", _at + 2, StringComparison.Ordinal);
        var text = end < 0 ? expression[(_at + 2)..] : expression[(_at + 2)..end];
        foreach (var letter in text)
        {
            if (isInClass && letter is ']' or '^' or '-' or '\\' or '[')
            {
                _result.Append('\\');
            }

            _result.Append(isInClass ? letter.ToString() : Regex.Escape(letter.ToString()));
        }

        _at = end < 0 ? expression.Length : end + 2;
    }

    private void CodePoint()
    {
        var end = expression.IndexOf('}', _at);
        if (end < 0 || !int.TryParse(
            expression.AsSpan(_at + 3, end - _at - 3), System.Globalization.NumberStyles.AllowHexSpecifier,
            System.Globalization.CultureInfo.InvariantCulture, out var point) || point > char.MaxValue)
        {
            throw new NotSupportedException(@"\x{…} names a character up to FFFF");
        }

        _result.Append(@"\u").Append(point.ToString("X4", System.Globalization.CultureInfo.InvariantCulture));
        _at = end + 1;
    }

    private void Class()
    {
        _result.Append('[');
        _at++;
        if (Peek(0) == '^')
        {
            _result.Append('^');
            _at++;
        }

        for (var isFirst = true; _at < expression.Length; isFirst = false)
        {
            var letter = expression[_at];
            if (letter == ']' && !isFirst)
            {
                _result.Append(']');
                _at++;
                return;
            }

            if (letter == '\\')
            {
                Escape(isInClass: true);
            }
            else if (letter == '[' && Peek(1) == ':' && PosixClassAt(out var ranges, out var length))
            {
                _result.Append(ranges);
                _at += length;
            }
            else
            {
                // In .NET "[" after "-" would subtract a class.
                _result.Append(letter is '[' or ']' ? "\\" : "").Append(letter);
                _at++;
            }
        }

        throw new NotSupportedException("a bracket is not closed");
    }

    private readonly bool PosixClassAt(out string ranges, out int length)
    {
        ranges = "";
        length = 0;
        var end = expression.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var name = expression[(_at + 2)..end];
        length = end + 2 - _at;
        var isOther = name.StartsWith('^');
        return (isOther ? OtherPosixClasses : PosixClasses).TryGetValue(isOther ? name[1..] : name, out ranges!)
            ? true
            : throw new NotSupportedException($"[:{name}:] is not a class");
    }

    /// <summary><c>(?P&lt;name&gt;…)</c> and flags; RE2's U turns greediness round, which .NET cannot.</summary>
    private void Group()
    {
        if (Peek(1) != '?')
        {
            _result.Append('(');
            _at++;
            return;
        }

        if (Peek(2) == 'P' && Peek(3) == '<')
        {
            _result.Append("(?<");
            _at += 4;
            return;
        }

        if (Peek(2) is '=' or '!' or '>' || (Peek(2) == '<' && Peek(3) is '=' or '!'))
        {
            throw new NotSupportedException("RE2 does not look ahead or behind");
        }

        var end = _at + 2;
        while (end < expression.Length && (char.IsAsciiLetter(expression[end]) || expression[end] == '-'))
        {
            end++;
        }

        var flags = expression[(_at + 2)..end];
        if (flags.Contains('U', StringComparison.Ordinal))
        {
            throw new NotSupportedException("the flag U is not supported");
        }

        if (end < expression.Length && expression[end] is ')' or ':')
        {
            var minus = flags.IndexOf('-', StringComparison.Ordinal);
            var m = flags.IndexOf('m', StringComparison.Ordinal);
            _isMultiline = m < 0 ? _isMultiline : minus < 0 || m < minus;
            _result.Append("(?").Append(flags);
            _at = end;
        }
        else
        {
            _result.Append("(?");
            _at += 2;
        }
    }
}
