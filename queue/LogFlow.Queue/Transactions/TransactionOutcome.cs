namespace LogFlow.Queue;

/// <summary>How a transaction ends, and at whose word.</summary>
internal enum TransactionOutcome
{
    /// <summary>There is no transaction, or its end is not decided.</summary>
    None,

    /// <summary>Its producer committed it.</summary>
    Committed,

    /// <summary>Its producer aborted it.</summary>
    Aborted,

    /// <summary>The coordinator aborted it: it was open for longer than the producer's timeout.</summary>
    TimedOut,

    /// <summary>The coordinator aborted it: another producer took the transactional id.</summary>
    Fenced,
}
