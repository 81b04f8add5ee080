namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A filter: changes one event at a time. An instance serves all workers, so it must be immutable, or say that it is
/// <see cref="IsStateful"/> and lock.
/// </summary>
public abstract class Filter
{
    private readonly CommonOptions _common;

    /// <summary>Takes the options that all filters have.</summary>
    protected Filter(PluginContext context)
    {
        Node = context.Node;
        _common = new CommonOptions(context);
    }

    /// <summary>The filter as it stands in the text.</summary>
    public PluginNode Node { get; }

    /// <summary>Whether the filter remembers earlier events.</summary>
    public virtual bool IsStateful => false;

    /// <summary>What is worth knowing of it at the start, a sentence each.</summary>
    public virtual IEnumerable<string> Remarks => [];

    /// <summary>
    /// Changes an event. Calls <see cref="Matched"/> when it was successful, sets failure tags when not. An exception
    /// sends the event to the dead letters with its message.
    /// </summary>
    public abstract void Apply(Event target, FilterContext context);

    /// <summary>
    /// Why it failed with an event, for a trace: called with the event as it came; null: it has no more to say than its
    /// tag.
    /// </summary>
    internal virtual FailureReason? ExplainFailure(Event source, FailureContext context) => null;

    /// <summary>Applies add_field, remove_field, add_tag and remove_tag: to be called on success.</summary>
    protected void Matched(Event target, FilterContext context)
    {
        context.Counters.MatchCount++;
        _common.Apply(target, context);
    }

    /// <summary>Tags an event as failed and counts it.</summary>
    protected static void Failed(Event target, FilterContext context, IReadOnlyList<string> tags)
    {
        context.CountFailure();
        foreach (var tag in tags)
        {
            target.Tag(tag);
        }
    }
}
