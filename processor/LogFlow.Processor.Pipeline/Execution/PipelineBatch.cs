namespace LogFlow.Processor.Pipeline;

/// <summary>
/// The events a worker takes through the filters at once. Reusable; not thread-safe.
/// </summary>
public sealed class PipelineBatch
{
    /// <summary>
    /// Before <see cref="PipelineWorker.Filter"/>: the events in the order of the queue. After it: those that are left,
    /// and the new ones each behind the event it came from. The order of the queue is kept: unlike Logstash, a
    /// conditional never reorders a batch.
    /// </summary>
    public List<Event> Events { get; } = [];

    /// <summary>The events that failed in a filter or condition; they are not in <see cref="Events"/>.</summary>
    public List<FailedEvent> Failed { get; } = [];

    /// <summary>How many events filters dropped; one that others replace (split) is none of them.</summary>
    public int DroppedCount { get; internal set; }

    /// <summary>How many events filters made beyond those that came: split, clone.</summary>
    public int CreatedCount { get; internal set; }

    /// <summary>Maps for the events that are decoded into the batch.</summary>
    internal EventPool Pool { get; } = new();

    /// <summary>Empties the batch. Its events are not to be used any more.</summary>
    public void Clear()
    {
        Events.Clear();
        Failed.Clear();
        DroppedCount = 0;
        CreatedCount = 0;
        Pool.TakeBack();
    }
}
