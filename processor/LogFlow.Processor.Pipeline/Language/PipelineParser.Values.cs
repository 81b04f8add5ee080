namespace LogFlow.Processor.Pipeline;

/// <content>Values: barewords, strings, numbers, arrays, hashes, plugins.</content>
internal sealed partial class PipelineParser
{
    private ValueSyntax ParseValue()
    {
        if (_position >= _text.Length)
        {
            FailHere("a value is expected, but the text ends", null);
        }
        var c = _text[_position];
        switch (c)
        {
            case '"' or '\'':
                return ParseStringOrPlugin();
            case '[':
                return ParseArray();
            case '{':
                return ParseHash();
        }
        if (TryParsePluginValue() is { } plugin)
        {
            return plugin;
        }
        if (char.IsAsciiDigit(c) || c == '-')
        {
            return ParseNumber();
        }
        if (char.IsAsciiLetter(c) || c == '_')
        {
            return ParseBareword();
        }
        FailHere(
            $"a value is expected{FoundHere()}",
            c == '+' ? "numbers have no plus sign" : "put text in quotes");
        return null;
    }

    // A plugin's name may be quoted, so only what follows the string tells.
    private ValueSyntax ParseStringOrPlugin()
    {
        var start = _position;
        var text = ParseString();
        var end = _position;
        SkipBlank();
        if (_position < _text.Length && _text[_position] == '{')
        {
            var attributes = ParseAttributes(text.Text);
            return new PluginValueSyntax(text.Span,
                new PluginSyntax(new SourceSpan(_source, start, end - start), text.Text, attributes));
        }
        _position = end;
        return text;
    }

    private PluginValueSyntax? TryParsePluginValue()
    {
        var start = _position;
        var name = TakeWhile(IsNameCharacter);
        var span = SpanFrom(start);
        SkipBlank();
        if (name.Length > 0 && _position < _text.Length && _text[_position] == '{')
        {
            return new PluginValueSyntax(span, new PluginSyntax(span, name, ParseAttributes(name)));
        }
        _position = start;
        return null;
    }

    private StringSyntax ParseString()
    {
        var start = _position;
        var quote = _text[_position++];
        while (_position < _text.Length)
        {
            var c = _text[_position++];
            if (c == quote)
            {
                return new StringSyntax(SpanFrom(start), _text[(start + 1)..(_position - 1)]);
            }
            // A backslash in front of the quote keeps the string open (and stays in the text).
            if (c == '\\' && _position < _text.Length && _text[_position] == quote)
            {
                _position++;
            }
        }
        Fail(
            new SourceSpan(_source, start, 1),
            $"the string that begins here is never closed with {quote}",
            "a backslash in front of a quote keeps the string open: it cannot end in a single backslash");
        return null;
    }

    private NumberSyntax ParseNumber()
    {
        var start = _position;
        TryTake('-');
        if (TakeWhile(char.IsAsciiDigit).Length == 0)
        {
            FailHere($"a digit is expected{FoundHere()}", null);
        }
        if (TryTake('.'))
        {
            TakeWhile(char.IsAsciiDigit);
        }
        return new NumberSyntax(SpanFrom(start), _text[start.._position]);
    }

    private BarewordSyntax ParseBareword()
    {
        var start = _position;
        var word = TakeWhile(IsBarewordCharacter);
        if (word.Length < 2)
        {
            Fail(
                SpanFrom(start),
                $"'{word}' is not a value: a word without quotes has at least two letters, digits or _",
                "put the text in quotes");
        }
        return new BarewordSyntax(SpanFrom(start), word);
    }

    private ArraySyntax ParseArray()
    {
        var start = _position++;
        Enter();
        var items = new List<ValueSyntax>();
        SkipBlank();
        while (!TryTake(']'))
        {
            if (items.Count > 0)
            {
                if (!TryTake(','))
                {
                    FailInArray(start);
                }
                SkipBlank();
                if (_position < _text.Length && _text[_position] == ']')
                {
                    FailHere("a value is expected behind ',', but ']' found", "remove the last comma");
                }
            }
            items.Add(ParseValue());
            SkipBlank();
        }
        _depth--;
        return new ArraySyntax(SpanFrom(start), items);
    }

    private void FailInArray(int start)
    {
        if (_position >= _text.Length)
        {
            Fail(new SourceSpan(_source, start, 1), "the '[' is never closed", "add the missing ']'");
        }
        FailHere($"',' or ']' is expected{FoundHere()}", "the values of an array are separated by commas");
    }

    private HashSyntax ParseHash()
    {
        var start = _position++;
        Enter();
        var entries = new List<HashEntrySyntax>();
        while (true)
        {
            var separated = SkipBlank();
            if (TryTake('}'))
            {
                _depth--;
                return new HashSyntax(SpanFrom(start), entries);
            }
            if (_position >= _text.Length)
            {
                Fail(new SourceSpan(_source, start, 1), "the '{' is never closed", "add the missing '}'");
            }
            if (entries.Count > 0 && !separated)
            {
                FailHere($"a blank, the next entry or '}}' is expected{FoundHere()}",
                    "the entries of a hash are separated by blanks");
            }
            entries.Add(ParseHashEntry());
        }
    }

    private HashEntrySyntax ParseHashEntry()
    {
        var c = _text[_position];
        ValueSyntax key;
        if (c is '"' or '\'')
        {
            key = ParseString();
        }
        else if (char.IsAsciiDigit(c) || c == '-')
        {
            key = ParseNumber();
        }
        else if (char.IsAsciiLetter(c) || c == '_')
        {
            key = ParseBareword();
        }
        else
        {
            FailHere($"a key or '}}' is expected{FoundHere()}",
                c == ',' ? "the entries of a hash are separated by blanks, not by commas" : "put the key in quotes");
            return null;
        }
        SkipBlank();
        if (!TryTake("=>"))
        {
            FailHere($"'=>' is expected behind {key.Span.Text}{FoundHere()}",
                "the entries of a hash are: key => value");
        }
        SkipBlank();
        return new HashEntrySyntax(key, ParseValue());
    }
}
