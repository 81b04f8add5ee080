namespace LogFlow.Processor.Pipeline;

/// <summary>The kinds of plugin, named as the sections that hold them.</summary>
public enum PluginKind
{
    /// <summary>Reads events.</summary>
    Input,

    /// <summary>Changes events.</summary>
    Filter,

    /// <summary>Writes events.</summary>
    Output,

    /// <summary>Turns bytes into events and back, inside an input or output.</summary>
    Codec,
}

/// <summary>One parsed text: its sections in order.</summary>
internal sealed record PipelineSyntax(PipelineSource Source, IReadOnlyList<SectionSyntax> Sections);

/// <summary><c>filter { ... }</c>; the span is the word's, the end stands behind the last brace.</summary>
internal sealed record SectionSyntax(PluginKind Kind, SourceSpan Span, IReadOnlyList<StatementSyntax> Body, int End);

/// <summary>A plugin or a conditional.</summary>
internal abstract record StatementSyntax(SourceSpan Span);

/// <summary><c>name { attribute => value ... }</c>; the span is the name's.</summary>
internal sealed record PluginSyntax(
    SourceSpan Span, string Name, IReadOnlyList<AttributeSyntax> Attributes) : StatementSyntax(Span);

/// <summary><c>if ... { } else if ... { } else { }</c>.</summary>
internal sealed record ConditionalSyntax(
    SourceSpan Span, IReadOnlyList<BranchSyntax> Branches) : StatementSyntax(Span);

/// <summary>One branch; the condition is null for <c>else</c>.</summary>
internal sealed record BranchSyntax(
    SourceSpan Span, ConditionSyntax? Condition, IReadOnlyList<StatementSyntax> Body);

/// <summary><c>name => value</c>; the span is the name's.</summary>
internal sealed record AttributeSyntax(SourceSpan Span, string Name, ValueSyntax Value);

/// <summary>A value.</summary>
internal abstract record ValueSyntax(SourceSpan Span);

/// <summary>A bareword, such as <c>json</c>.</summary>
internal sealed record BarewordSyntax(SourceSpan Span, string Text) : ValueSyntax(Span);

/// <summary>A quoted string; escapes and environment variables are not yet replaced.</summary>
internal sealed record StringSyntax(SourceSpan Span, string Text) : ValueSyntax(Span);

/// <summary>A number as written.</summary>
internal sealed record NumberSyntax(SourceSpan Span, string Text) : ValueSyntax(Span);

/// <summary><c>[a, b]</c>.</summary>
internal sealed record ArraySyntax(SourceSpan Span, IReadOnlyList<ValueSyntax> Items) : ValueSyntax(Span);

/// <summary><c>{ k => v }</c>.</summary>
internal sealed record HashSyntax(SourceSpan Span, IReadOnlyList<HashEntrySyntax> Entries) : ValueSyntax(Span);

/// <summary>One entry of a hash.</summary>
internal sealed record HashEntrySyntax(ValueSyntax Key, ValueSyntax Value);

/// <summary>A plugin as a value: <c>codec => json { ... }</c>.</summary>
internal sealed record PluginValueSyntax(SourceSpan Span, PluginSyntax Plugin) : ValueSyntax(Span);

/// <summary>A condition.</summary>
internal abstract record ConditionSyntax(SourceSpan Span);

/// <summary>and, or, nand, xor.</summary>
internal sealed record BinaryConditionSyntax(
    SourceSpan Span, string Operator, ConditionSyntax Left, ConditionSyntax Right) : ConditionSyntax(Span);

/// <summary><c>!(...)</c>.</summary>
internal sealed record NotConditionSyntax(SourceSpan Span, ConditionSyntax Operand) : ConditionSyntax(Span);

/// <summary><c>== != &lt; &gt; &lt;= &gt;= =~ !~ in, not in</c>.</summary>
internal sealed record ComparisonSyntax(
    SourceSpan Span, string Operator, OperandSyntax Left, OperandSyntax Right) : ConditionSyntax(Span);

/// <summary>A value alone, judged by its truthiness.</summary>
internal sealed record TruthSyntax(SourceSpan Span, OperandSyntax Operand) : ConditionSyntax(Span);

/// <summary>An operand of a condition.</summary>
internal abstract record OperandSyntax(SourceSpan Span);

/// <summary><c>[a][b]</c>.</summary>
internal sealed record SelectorSyntax(SourceSpan Span, string Text) : OperandSyntax(Span);

/// <summary><c>/.../</c>, without the slashes.</summary>
internal sealed record RegexSyntax(SourceSpan Span, string Pattern) : OperandSyntax(Span);

/// <summary>A string, number or array.</summary>
internal sealed record ConstantSyntax(SourceSpan Span, ValueSyntax Value) : OperandSyntax(Span);
