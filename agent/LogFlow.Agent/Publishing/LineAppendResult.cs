namespace LogFlow.Agent;

/// <summary>What became of a record that was to be added to a partition's batch.</summary>
internal enum LineAppendResult
{
    /// <summary>It is in the batch.</summary>
    Appended,

    /// <summary>The batch is full: give the ranges so far, seal, append again.</summary>
    BatchFull,

    /// <summary>The memory budget is used up: read on later.</summary>
    NoRoom,
}
