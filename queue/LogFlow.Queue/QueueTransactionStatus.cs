namespace LogFlow.Queue;

/// <summary>How many transactions are under way, by Kafka's states.</summary>
/// <param name="Ongoing">Open: records are written, nothing is decided.</param>
/// <param name="PrepareCommit">Committed, and not yet told to every partition and group.</param>
/// <param name="PrepareAbort">Aborted, and not yet told to every partition and group.</param>
public readonly record struct QueueTransactionStatus(int Ongoing, int PrepareCommit, int PrepareAbort);
