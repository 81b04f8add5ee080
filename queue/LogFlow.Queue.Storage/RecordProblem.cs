namespace LogFlow.Queue.Storage;

/// <summary>Why one record of a batch was refused, and with it the batch.</summary>
/// <param name="BatchIndex">The record's place in the batch, from 0.</param>
/// <param name="Message">For people.</param>
public readonly record struct RecordProblem(int BatchIndex, string Message);
