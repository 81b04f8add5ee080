namespace LogFlow.Processor.Pipeline;

/// <summary>One step of a trace.</summary>
/// <param name="Place">Where the statement stands.</param>
/// <param name="Name">The filter's name; <c>if</c> for a condition, <c>else</c> for branches that are skipped.</param>
/// <param name="Outcome">What it did.</param>
public sealed record TraceStep(SourceSpan Place, string Name, TraceOutcome Outcome)
{
    /// <summary>The fields that a condition looks at, with what they hold.</summary>
    public IReadOnlyList<TracedOperand> Operands { get; init; } = [];

    /// <summary>The fields that a filter changed, tags not among them.</summary>
    public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    /// <summary>Tags that a filter added.</summary>
    public IReadOnlyList<string> TagsAdded { get; init; } = [];

    /// <summary>Tags that a filter took away.</summary>
    public IReadOnlyList<string> TagsRemoved { get; init; } = [];

    /// <summary>The filters that are skipped.</summary>
    public IReadOnlyList<PluginNode> Skipped { get; init; } = [];

    /// <summary>Events that the filter made.</summary>
    public int CreatedCount { get; init; }

    /// <summary>Why it failed; null: it did not, or the filter cannot say it.</summary>
    public FailureReason? Reason { get; init; }
}

/// <summary>A field of a condition.</summary>
/// <param name="Name">As it stands in the condition.</param>
/// <param name="Value">What it holds, as JSON; null: the event has no such field.</param>
public sealed record TracedOperand(string Name, string? Value);

/// <summary>A field that is another than before.</summary>
/// <param name="Field">Its reference.</param>
/// <param name="Before">What it held, as JSON; null: nothing.</param>
/// <param name="After">What it holds, as JSON; null: it is gone.</param>
public sealed record FieldChange(string Field, string? Before, string? After);
