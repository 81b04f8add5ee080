namespace LogFlow.Processor.Pipeline;

/// <summary>What a pipeline does with one input.</summary>
/// <param name="Events">The input's events, and behind each those that filters made of it.</param>
public sealed record PipelineTrace(IReadOnlyList<EventTrace> Events)
{
    /// <summary>Why the trace ended before the pipeline did, as a sentence; null: it is whole.</summary>
    public string? CutBecause { get; init; }
}
