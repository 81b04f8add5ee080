namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Is told what a worker does with an event. Implemented by structs: the worker's loop is made for each of them, and
/// for <see cref="NoObserver"/> nothing is left of the calls.
/// </summary>
internal interface IStepObserver
{
    /// <summary>A filter is about to have the event; throws to end the run.</summary>
    void Entering(Filter filter, PluginCounters counters, Event item);

    /// <summary>It has had it; <paramref name="created"/> are the events that it made.</summary>
    void Left(Filter filter, PluginCounters counters, Event item, IReadOnlyList<Event> created);

    /// <summary>It threw: the event is dead-lettered.</summary>
    void Failed(Filter filter, Event item, string reason);

    /// <summary>A condition was judged; unless true the run goes on at <paramref name="target"/>.</summary>
    void Judged(Condition condition, Event item, Verdict verdict, int step, int target);

    /// <summary>A branch was done: the run goes on behind those that are left.</summary>
    void Jumped(Event item, int step, int target);
}
