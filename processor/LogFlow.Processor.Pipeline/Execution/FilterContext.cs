namespace LogFlow.Processor.Pipeline;

/// <summary>What a filter needs from the worker that runs it.</summary>
public sealed class FilterContext
{
    private readonly TimeProvider _time;
    private readonly List<Event> _created = [];

    internal FilterContext(TimeProvider time) => _time = time;

    /// <summary>The current time, to the millisecond.</summary>
    public EventTimestamp Now => EventTimestamp.FromMilliseconds(_time.GetUtcNow());

    /// <summary>The clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>What the running filter counts into.</summary>
    public PluginCounters Counters { get; internal set; } = null!;

    /// <summary>
    /// Adds a new event behind the current one; it goes on with the next filter and gets the parent's origin.
    /// </summary>
    /// <exception cref="EventFieldException">It is one too many for who watches this run.</exception>
    public void Emit(Event created)
    {
        if (_created.Count == CreatedMax)
        {
            throw new EventFieldException($"more than {CreatedMax} events come of one: a trace follows no more");
        }
        _created.Add(created);
    }

    /// <summary>Counts an event the filter could not handle.</summary>
    public void CountFailure() => Counters.FailureCount++;

    internal List<Event> Created => _created;

    /// <summary>Events that one filter may make of one; a trace bounds them.</summary>
    internal int CreatedMax { get; set; } = int.MaxValue;

    /// <summary>Runs patterns; the worker's own.</summary>
    internal Matcher Matcher { get; } = new();
}
