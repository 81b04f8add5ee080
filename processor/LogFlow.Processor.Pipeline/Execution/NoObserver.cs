namespace LogFlow.Processor.Pipeline;

/// <summary>Nobody looks: every run but a trace.</summary>
internal readonly struct NoObserver : IStepObserver
{
    public void Entering(Filter filter, PluginCounters counters, Event item)
    {
    }

    public void Left(Filter filter, PluginCounters counters, Event item, IReadOnlyList<Event> created)
    {
    }

    public void Failed(Filter filter, Event item, string reason)
    {
    }

    public void Judged(Condition condition, Event item, Verdict verdict, int step, int target)
    {
    }

    public void Jumped(Event item, int step, int target)
    {
    }
}
