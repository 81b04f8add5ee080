namespace LogFlow.Processor.Pipeline;

/// <summary>An event while its trace is made.</summary>
/// <param name="item">The event.</param>
/// <param name="madeBy">The id of the filter that made it; null: it was put in.</param>
internal sealed class TracedEvent(Event item, string? madeBy)
{
    public Event Event { get; } = item;

    public string? MadeBy { get; } = madeBy;

    public List<TraceStep> Steps { get; } = [];

    /// <summary>Why it is a dead letter; null: it is none.</summary>
    public string? DeadLetter { get; set; }

    /// <summary>Where it goes, once it has left the filters.</summary>
    public IReadOnlyList<string> Outputs { get; set; } = [];

    public EventTrace ToTrace() => new(Steps)
    {
        MadeBy = MadeBy,
        Result = Event.ToString(),
        Metadata = Event.Metadata is { Count: > 0 } metadata
            ? EventJson.ToJsonString(EventValue.Of(metadata))
            : null,
        Outputs = Outputs,
        DeadLetter = DeadLetter,
    };
}
