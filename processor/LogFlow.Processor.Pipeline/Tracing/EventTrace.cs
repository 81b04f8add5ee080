namespace LogFlow.Processor.Pipeline;

/// <summary>The way of one event through a pipeline.</summary>
/// <param name="Steps">The steps in their order; of an event that a filter made, those behind that filter.</param>
public sealed record EventTrace(IReadOnlyList<TraceStep> Steps)
{
    /// <summary>The id of the filter that made the event; null: it is what was put in.</summary>
    public string? MadeBy { get; init; }

    /// <summary>Its fields at the end, as JSON, without <c>[@metadata]</c>; of one that was dropped, as far as it got.
    /// </summary>
    public required string Result { get; init; }

    /// <summary>What it has in <c>[@metadata]</c> at the end, as JSON; null: nothing.</summary>
    public string? Metadata { get; init; }

    /// <summary>The ids of the outputs that it would go to; none of what does not leave the filters.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Why it would be a dead letter; null: it would not.</summary>
    public string? DeadLetter { get; init; }
}
