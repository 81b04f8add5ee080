using System.Diagnostics.CodeAnalysis;
using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Reads Logstash's pipeline language: recursive descent straight over the characters, because what a word may contain
/// depends on where it stands (a plugin may be called <c>a-b</c>, a bareword value may not).
/// </summary>
/// <remarks>Grammar: logstash-core's <c>compiler/lscl/lscl_grammar.treetop</c>.</remarks>
internal sealed partial class PipelineParser
{
    /// <summary>Deeper nesting of branches, values or parentheses is refused: it would exhaust the stack.</summary>
    private const int DepthMax = 200;

    private readonly PipelineSource _source;
    private readonly string _text;
    private int _position;
    private int _depth;

    private PipelineParser(PipelineSource source)
    {
        _source = source;
        _text = source.Text;
    }

    /// <summary>Parses one text.</summary>
    /// <exception cref="PipelineSyntaxException">It violates the grammar.</exception>
    public static PipelineSyntax Parse(PipelineSource source)
    {
        var parser = new PipelineParser(source);
        return new PipelineSyntax(source, parser.ParseSections());
    }

    private List<SectionSyntax> ParseSections()
    {
        var sections = new List<SectionSyntax>();
        SkipBlank();

        // A text of comments alone, or of nothing, is a text: that is how people switch a file off.
        while (_position < _text.Length)
        {
            var start = _position;
            var word = TakeWhile(IsNameCharacter);
            var kind = word switch
            {
                "input" => PluginKind.Input,
                "filter" => PluginKind.Filter,
                "output" => PluginKind.Output,
                _ => Fail<PluginKind>(
                    SpanFrom(start),
                    word.Length == 0
                        ? $"a section, input, filter or output, is expected{FoundHere()}"
                        : $"a section, input, filter or output, is expected, but '{word}' found",
                    NearestName.Remedy(word, ["input", "filter", "output"])),
            };
            var span = SpanFrom(start);
            SkipBlank();
            var body = ParseBody($"the {word} section");
            sections.Add(new SectionSyntax(kind, span, body, _position));
            SkipBlank();
        }

        return sections;
    }

    private List<StatementSyntax> ParseBody(string owner)
    {
        var open = _position;
        Expect('{', owner);
        Enter();
        var statements = new List<StatementSyntax>();
        while (true)
        {
            SkipBlank();
            if (TryTake('}'))
            {
                _depth--;
                return statements;
            }
            if (_position == _text.Length)
            {
                Fail(new SourceSpan(_source, open, 1), $"the '{{' of {owner} is never closed", "add the missing '}'");
            }
            statements.Add(ParseStatement());
        }
    }

    private StatementSyntax ParseStatement()
    {
        var start = _position;
        if (TryTakeWord("if"))
        {
            SkipBlank();
            // "if { }" is a plugin named if to the grammar; no such plugin can exist.
            return ParseConditional(start);
        }
        if (LooksAtWord("else") || LooksAtWord("elsif") || LooksAtWord("elseif"))
        {
            var word = TakeWhile(IsNameCharacter);
            Fail(
                SpanFrom(start),
                word == "else" ? "'else' without an 'if' before it" : $"'{word}' is not a word of the language",
                word == "else" ? "it must follow the '}' of an if branch" : "write: else if");
        }
        return ParsePlugin();
    }

    private ConditionalSyntax ParseConditional(int start)
    {
        var branches = new List<BranchSyntax>();
        var span = SpanFrom(start);
        var condition = ParseCondition();
        SkipBlank();
        branches.Add(new BranchSyntax(span, condition, ParseBody("the if branch")));
        while (true)
        {
            var beforeBlank = _position;
            SkipBlank();
            var elseStart = _position;
            if (!TryTakeWord("else"))
            {
                _position = beforeBlank;
                return new ConditionalSyntax(span, branches);
            }
            SkipBlank();
            if (!TryTakeWord("if"))
            {
                branches.Add(new BranchSyntax(SpanFrom(elseStart), null, ParseBody("the else branch")));
                return new ConditionalSyntax(span, branches);
            }
            var branchSpan = SpanFrom(elseStart);
            SkipBlank();
            condition = ParseCondition();
            SkipBlank();
            branches.Add(new BranchSyntax(branchSpan, condition, ParseBody("the else if branch")));
        }
    }

    private PluginSyntax ParsePlugin()
    {
        var start = _position;
        var name = ParseName("a plugin's name, an if, or '}'");
        var span = SpanFrom(start);
        SkipBlank();
        return new PluginSyntax(span, name, ParseAttributes(name));
    }

    private List<AttributeSyntax> ParseAttributes(string plugin)
    {
        var open = _position;
        Expect('{', $"the plugin name '{plugin}'");
        Enter();
        var attributes = new List<AttributeSyntax>();
        while (true)
        {
            var separated = SkipBlank();
            if (TryTake('}'))
            {
                _depth--;
                return attributes;
            }
            if (_position == _text.Length)
            {
                Fail(new SourceSpan(_source, open, 1), $"the '{{' of '{plugin}' is never closed",
                    "add the missing '}'");
            }
            if (attributes.Count > 0 && !separated)
            {
                FailHere(
                    $"a blank, the next option or '}}' is expected{FoundHere()}",
                    _text[_position] == ','
                        ? "options are separated by blanks, not by commas"
                        : "put text with other characters than letters, digits and _ in quotes");
            }
            if (_text[_position] == ',')
            {
                FailHere("an option's name or '}' is expected, but ',' found",
                    "options are separated by blanks, not by commas");
            }
            attributes.Add(ParseAttribute());
        }
    }

    private AttributeSyntax ParseAttribute()
    {
        var start = _position;
        var name = ParseName("an option's name or '}'");
        var span = SpanFrom(start);
        SkipBlank();
        if (!TryTake("=>"))
        {
            FailHere($"'=>' is expected behind '{name}'{FoundHere()}", $"write: {name} => value");
        }
        SkipBlank();
        return new AttributeSyntax(span, name, ParseValue());
    }

    private string ParseName(string expected)
    {
        if (_position < _text.Length && _text[_position] is '"' or '\'')
        {
            return ParseString().Text;
        }
        var start = _position;
        var name = TakeWhile(IsNameCharacter);
        if (name.Length == 0)
        {
            FailHere($"{expected} is expected{FoundHere()}", null);
        }
        return _text[start.._position];
    }

    // ---- what every rule uses ----

    private void Enter()
    {
        if (++_depth > DepthMax)
        {
            FailHere($"more than {DepthMax} levels of nesting", null);
        }
    }

    /// <summary>Skips blanks and comments; whether there was anything to skip.</summary>
    private bool SkipBlank()
    {
        var start = _position;
        while (_position < _text.Length)
        {
            var c = _text[_position];
            if (c == '#')
            {
                var end = _text.IndexOf('\n', _position);
                _position = end < 0 ? _text.Length : end + 1;
            }
            else if (c is ' ' or '\t' or '\r' or '\n')
            {
                _position++;
            }
            else
            {
                break;
            }
        }
        return _position > start;
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private static bool IsBarewordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private string TakeWhile(Func<char, bool> belongs)
    {
        var start = _position;
        while (_position < _text.Length && belongs(_text[_position]))
        {
            _position++;
        }
        return _text[start.._position];
    }

    private bool LooksAt(string token) => string.CompareOrdinal(_text, _position, token, 0, token.Length) == 0;

    private bool LooksAtWord(string word) => LooksAt(word)
        && (_position + word.Length >= _text.Length || !IsNameCharacter(_text[_position + word.Length]));

    private bool TryTake(string token)
    {
        if (!LooksAt(token))
        {
            return false;
        }
        _position += token.Length;
        return true;
    }

    private bool TryTakeWord(string word) => LooksAtWord(word) && TryTake(word);

    private bool TryTake(char token)
    {
        if (_position >= _text.Length || _text[_position] != token)
        {
            return false;
        }
        _position++;
        return true;
    }

    private void Expect(char token, string after)
    {
        if (!TryTake(token))
        {
            FailHere($"'{token}' is expected behind {after}{FoundHere()}", null);
        }
    }

    private string FoundHere()
    {
        if (_position >= _text.Length)
        {
            return ", but the text ends";
        }
        var c = _text[_position];
        return char.IsControl(c) ? string.Empty : $", but '{c}' found";
    }

    private SourceSpan SpanFrom(int start) => new(_source, start, Math.Max(1, _position - start));

    [DoesNotReturn]
    private void FailHere(string message, string? remedy) =>
        Fail(new SourceSpan(_source, Math.Min(_position, Math.Max(0, _text.Length)), 1), message, remedy);

    [DoesNotReturn]
    private static void Fail(SourceSpan span, string message, string? remedy) =>
        throw new PipelineSyntaxException([new PipelineDiagnostic(span, message, remedy)]);

    [DoesNotReturn]
    private static T Fail<T>(SourceSpan span, string message, string? remedy)
    {
        Fail(span, message, remedy);
        return default;
    }
}
