namespace LogFlow.Processor;

/// <summary>What became of the records of one batch, to be added to the books when it is done.</summary>
internal record struct BatchTally
{
    /// <summary>Events beyond one a record: a codec found several, or a filter made some.</summary>
    public long Made;

    /// <summary>Events that filters dropped on purpose, and records that make no event.</summary>
    public long Dropped;

    /// <summary>Events that no output wants.</summary>
    public long Unrouted;

    /// <summary>Events and records that could not be decoded, filtered or routed: dead letters.</summary>
    public long Refused;

    /// <summary>Events that an output could not write: dead letters, too.</summary>
    public long RefusedByOutputs;
}
