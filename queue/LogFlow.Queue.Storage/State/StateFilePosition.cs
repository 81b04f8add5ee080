namespace LogFlow.Queue.Storage;

/// <summary>How far a state file had come.</summary>
/// <param name="Generation">Counts its rewritings.</param>
/// <param name="End">Where its acknowledged changes ended.</param>
internal readonly record struct StateFilePosition(long Generation, long End);
