namespace LogFlow.Processor.Pipeline;

/// <content>Conditions of if and else if.</content>
internal sealed partial class PipelineParser
{
    private static readonly string[] ComparisonOperators = ["==", "!=", "<=", ">=", "=~", "!~", "<", ">"];
    private static readonly string[] BooleanOperators = ["and", "or", "xor", "nand"];

    private ConditionSyntax ParseCondition()
    {
        var start = _position;
        var operands = new List<ConditionSyntax> { ParseExpression() };
        var operators = new List<string>();
        while (true)
        {
            var end = _position;
            SkipBlank();
            var operatorStart = _position;
            if (TakeBooleanOperator() is not { } name)
            {
                RefuseForeignOperator();
                _position = end;
                break;
            }
            operators.Add(name);
            if (operators.Count > 1 && operators.Any(o => o is "xor" or "nand"))
            {
                Fail(
                    SpanFrom(operatorStart),
                    "xor and nand cannot stand in one chain with another operator",
                    "put the parts in parentheses: ([a] xor [b]) and [c]");
            }
            SkipBlank();
            operands.Add(ParseExpression());
        }
        return Combine(SpanFrom(start), operands, operators);
    }

    // "and" binds tighter than "or"; chains of one operator are grouped from the left.
    private static ConditionSyntax Combine(SourceSpan span, List<ConditionSyntax> operands, List<string> operators)
    {
        var sums = new List<ConditionSyntax> { operands[0] };
        for (var i = 0; i < operators.Count; i++)
        {
            if (operators[i] == "or")
            {
                sums.Add(operands[i + 1]);
            }
            else
            {
                sums[^1] = new BinaryConditionSyntax(span, operators[i], sums[^1], operands[i + 1]);
            }
        }
        var result = sums[0];
        foreach (var operand in sums.Skip(1))
        {
            result = new BinaryConditionSyntax(span, "or", result, operand);
        }
        return result;
    }

    private string? TakeBooleanOperator() => BooleanOperators.FirstOrDefault(TryTake);

    private void RefuseForeignOperator()
    {
        if (LooksAt("&&"))
        {
            Fail(new SourceSpan(_source, _position, 2), "'&&' is not an operator of the language", "write: and");
        }
        if (LooksAt("||"))
        {
            Fail(new SourceSpan(_source, _position, 2), "'||' is not an operator of the language", "write: or");
        }
    }

    private ConditionSyntax ParseExpression()
    {
        var start = _position;
        if (TryTake('('))
        {
            return ParseParenthesised();
        }
        if (LooksAt("!") && !LooksAt("!=") && !LooksAt("!~"))
        {
            return ParseNegation(start);
        }
        if (LooksAtWord("not"))
        {
            Fail(
                new SourceSpan(_source, _position, 3),
                "'not' stands only in 'not in'",
                "write: !(...) or ![field]");
        }
        var left = ParseOperand();
        var afterLeft = _position;
        SkipBlank();
        if (TakeComparison() is not { } comparison)
        {
            RefuseSingleEquals();
            _position = afterLeft;
            if (left is RegexSyntax)
            {
                Fail(left.Span, "a pattern alone is no condition", "write: [field] =~ /pattern/");
            }
            if (left is ConstantSyntax { Value: ArraySyntax { Items.Count: 0 } })
            {
                Fail(left.Span, "a field's name in brackets is expected", "write: [field] or [outer][inner]");
            }
            return new TruthSyntax(left.Span, left);
        }
        SkipBlank();
        var right = ParseOperand();
        CheckComparison(comparison, left, right);
        return new ComparisonSyntax(SpanFrom(start), comparison, left, right);
    }

    private ConditionSyntax ParseParenthesised()
    {
        var open = _position - 1;
        Enter();
        SkipBlank();
        var inner = ParseCondition();
        SkipBlank();
        if (!TryTake(')'))
        {
            if (_position >= _text.Length)
            {
                Fail(new SourceSpan(_source, open, 1), "the '(' is never closed", "add the missing ')'");
            }
            FailHere($"')' or an operator is expected{FoundHere()}", null);
        }
        _depth--;
        return inner;
    }

    private NotConditionSyntax ParseNegation(int start)
    {
        _position++;
        SkipBlank();
        if (TryTake('('))
        {
            var inner = ParseParenthesised();
            return new NotConditionSyntax(SpanFrom(start), inner);
        }
        if (_position >= _text.Length || _text[_position] != '[')
        {
            FailHere($"'(' or a field is expected behind '!'{FoundHere()}", "write: !(...) or ![field]");
        }
        var selector = ParseSelector();
        return new NotConditionSyntax(SpanFrom(start), new TruthSyntax(selector.Span, selector));
    }

    private string? TakeComparison()
    {
        var start = _position;
        if (TryTakeWord("in"))
        {
            return "in";
        }
        if (TryTakeWord("not"))
        {
            SkipBlank();
            if (TryTakeWord("in"))
            {
                return "not in";
            }
            Fail(SpanFrom(start), "'not' stands only in 'not in'", "write: !(...) or ![field]");
        }
        return ComparisonOperators.FirstOrDefault(TryTake);
    }

    private void RefuseSingleEquals()
    {
        if (LooksAt("="))
        {
            Fail(new SourceSpan(_source, _position, 1), "'=' is not an operator of the language", "write: ==");
        }
    }

    private static void CheckComparison(string comparison, OperandSyntax left, OperandSyntax right)
    {
        var isMatch = comparison is "=~" or "!~";
        if (left is RegexSyntax || (right is RegexSyntax && !isMatch))
        {
            Fail(
                (left is RegexSyntax ? left : right).Span,
                $"a pattern cannot be compared with '{comparison}'",
                "write: [field] =~ /pattern/");
        }
        if (isMatch && right is not (RegexSyntax or ConstantSyntax { Value: StringSyntax }))
        {
            Fail(right.Span, $"a pattern or a string is expected behind '{comparison}'", "write: [field] =~ /pattern/");
        }
    }

    private OperandSyntax ParseOperand()
    {
        if (_position >= _text.Length)
        {
            FailHere("a field, string, number, array or pattern is expected, but the text ends", null);
        }
        var start = _position;
        var c = _text[_position];
        switch (c)
        {
            case '"' or '\'':
                var text = ParseString();
                return new ConstantSyntax(text.Span, text);
            case '[':
                return ParseSelectorOrArray();
            case '/':
                return ParseRegex();
        }
        if (char.IsAsciiDigit(c) || c == '-')
        {
            var number = ParseNumber();
            return new ConstantSyntax(number.Span, number);
        }
        var word = TakeWhile(IsBarewordCharacter);
        if (word.Length > 0)
        {
            Fail(SpanFrom(start), $"'{word}' is no value of a condition",
                $"write: [{word}] for the field, \"{word}\" for the text");
        }
        FailHere($"a field, string, number, array or pattern is expected{FoundHere()}", null);
        return null;
    }

    // The grammar tries a selector first: [a] is a field, ["a"] and [1, 2] are arrays, [1] is a field.
    private OperandSyntax ParseSelectorOrArray()
    {
        var start = _position;
        var close = _text.AsSpan(_position + 1).IndexOfAny(']', ',');
        var first = _position + 1 < _text.Length ? _text[_position + 1] : '\0';
        if (close > 0 && _text[_position + 1 + close] == ']' && first is not ('"' or '\''))
        {
            return ParseSelector();
        }
        var array = ParseArray();
        return new ConstantSyntax(new SourceSpan(_source, start, _position - start), array);
    }

    private SelectorSyntax ParseSelector()
    {
        var start = _position;
        while (_position < _text.Length && _text[_position] == '[')
        {
            var close = _text.AsSpan(_position + 1).IndexOfAny(']', ',');
            if (close <= 0 || _text[_position + 1 + close] != ']')
            {
                FailHere("a field's name in brackets is expected", "write: [field] or [outer][inner]");
            }
            _position += close + 2;
        }
        return new SelectorSyntax(SpanFrom(start), _text[start.._position]);
    }

    private RegexSyntax ParseRegex()
    {
        var start = _position++;
        while (_position < _text.Length)
        {
            var c = _text[_position++];
            if (c == '/')
            {
                return new RegexSyntax(SpanFrom(start), _text[(start + 1)..(_position - 1)]);
            }
            if (c == '\\' && _position < _text.Length && _text[_position] == '/')
            {
                _position++;
            }
        }
        Fail(new SourceSpan(_source, start, 1), "the pattern that begins here is never closed with /", null);
        return null;
    }
}
