namespace LogFlow.Processor.Pipeline;

/// <summary>A compiled condition.</summary>
internal abstract class Condition
{
    /// <summary>Where it stands; of the parts of a condition only the whole one is asked.</summary>
    public SourceSpan Span { get; internal set; }

    /// <summary>Judges an event.</summary>
    public abstract Verdict Evaluate(Event source);

    /// <summary>Why <see cref="Evaluate"/> said <see cref="Verdict.Error"/>.</summary>
    public abstract string DescribeError(Event source);

    /// <summary>Its operands, so that fields can be shown with what they hold.</summary>
    public abstract IEnumerable<Operand> Operands { get; }
}

/// <summary>The result of a condition.</summary>
internal enum Verdict
{
    False,
    True,

    /// <summary>The operands cannot be compared: the event is dead-lettered.</summary>
    Error,
}
