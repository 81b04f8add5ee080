namespace LogFlow.Queue.Storage;

/// <summary>A transaction marker as it stands in a partition.</summary>
internal readonly record struct TransactionEnd(bool IsCommit, int CoordinatorEpoch, long MarkerOffset);
