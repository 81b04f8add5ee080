namespace LogFlow.Processor.Pipeline;

/// <summary>What one step of a pipeline did with an event.</summary>
public enum TraceOutcome
{
    /// <summary>A condition that holds: its branch is taken.</summary>
    True,

    /// <summary>A condition that does not hold: the statements of its branch are skipped.</summary>
    False,

    /// <summary>Branches behind the one that was taken: their statements are skipped.</summary>
    Skipped,

    /// <summary>A filter that had nothing to do with the event.</summary>
    Unchanged,

    /// <summary>A filter that was successful and changed nothing.</summary>
    Matched,

    /// <summary>A filter that changed fields.</summary>
    Changed,

    /// <summary>A filter that changed the tags alone.</summary>
    Tagged,

    /// <summary>A filter that could not handle the event: it tagged it, or only counted it.</summary>
    Failed,

    /// <summary>A filter that dropped the event.</summary>
    Dropped,

    /// <summary>A filter in whose place others go on: split.</summary>
    Replaced,

    /// <summary>The event goes to the dead letters.</summary>
    DeadLettered,
}
