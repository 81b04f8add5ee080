using System.Globalization;
using System.Numerics;

namespace LogFlow.Processor.Pipeline;

/// <summary>Turns conditions of the syntax tree into <see cref="Condition"/>s.</summary>
internal sealed class ConditionCompiler(TextExpander expander, List<PipelineDiagnostic> diagnostics)
{
    // A condition has no option for it; a second is thousands of times what a sane pattern needs.
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private static Condition Never => new TruthCondition(new Operand(null, EventValue.Of(false)));

    public Condition Compile(ConditionSyntax syntax)
    {
        var compiled = Create(syntax);
        compiled.Span = syntax.Span;
        return compiled;
    }

    private Condition Create(ConditionSyntax syntax) => syntax switch
    {
        BinaryConditionSyntax binary => new BinaryCondition(
            binary.Operator, Compile(binary.Left), Compile(binary.Right)),
        NotConditionSyntax not => new NotCondition(Compile(not.Operand)),
        TruthSyntax truth => new TruthCondition(Compile(truth.Operand)),
        _ => CompileComparison((ComparisonSyntax)syntax),
    };

    private Condition CompileComparison(ComparisonSyntax syntax)
    {
        var left = Compile(syntax.Left);
        if (syntax.Operator is "=~" or "!~")
        {
            var pattern = syntax.Right is RegexSyntax regex ? regex.Pattern : Compile(syntax.Right).Constant.AsString();
            return CompilePattern(pattern, syntax.Right.Span) is { } compiled
                ? new MatchCondition(left, compiled, syntax.Operator == "!~")
                : Never;
        }
        var right = Compile(syntax.Right);
        return syntax.Operator switch
        {
            "==" => new EqualityCondition(left, right, false),
            "!=" => new EqualityCondition(left, right, true),
            "in" => new InclusionCondition(left, right, false),
            "not in" => new InclusionCondition(left, right, true),
            _ => new OrderCondition(left, right, syntax.Operator),
        };
    }

    private TieredRegex? CompilePattern(string pattern, SourceSpan span)
    {
        try
        {
            return TieredRegex.Create(pattern, RubyRegexOptions.None, MatchTimeout);
        }
        catch (RubyRegexException e)
        {
            diagnostics.Add(new PipelineDiagnostic(span, $"the pattern /{pattern}/ is wrong: {e.Message}"));
            return null;
        }
    }

    private Operand Compile(OperandSyntax syntax)
    {
        switch (syntax)
        {
            case SelectorSyntax selector:
                if (FieldReference.TryParse(selector.Text, out var field, out var problem))
                {
                    return new Operand(field, default);
                }
                diagnostics.Add(new PipelineDiagnostic(
                    selector.Span, $"'{selector.Text}' is not a field reference: {problem}"));
                return new Operand(FieldReference.Message, default);
            case ConstantSyntax constant:
                return new Operand(null, Compile(constant.Value));
            default:
                return new Operand(null, EventValue.Of(((RegexSyntax)syntax).Pattern));
        }
    }

    private EventValue Compile(ValueSyntax syntax)
    {
        switch (syntax)
        {
            case StringSyntax text:
                return EventValue.Of(expander.Expand(text.Text, text.Span, out _));
            case BarewordSyntax bareword:
                return EventValue.Of(bareword.Text);
            case NumberSyntax number:
                return CompileNumber(number.Text);
            case ArraySyntax array:
                return EventValue.Of(new EventList(array.Items.Select(Compile)));
            default:
                diagnostics.Add(new PipelineDiagnostic(syntax.Span,
                    "a condition takes texts, numbers and lists of them"));
                return EventValue.Null;
        }
    }

    private static EventValue CompileNumber(string text) => text.Contains('.', StringComparison.Ordinal)
        ? EventValue.Of(double.Parse(text, CultureInfo.InvariantCulture))
        : EventValue.Of(BigInteger.Parse(text, CultureInfo.InvariantCulture));
}
