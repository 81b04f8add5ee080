namespace LogFlow.Agent;

/// <summary>Events of a batch that were sent as one window.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="First">Its first event in the batch.</param>
/// <param name="Count">How many.</param>
internal readonly record struct LumberjackWindow(LumberjackBatch Batch, int First, int Count);
