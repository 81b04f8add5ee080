namespace LogFlow.Queue.Storage;

/// <summary>What a start knows of a state file before it opens it.</summary>
/// <param name="Mark">What it was at the clean stop; null after a crash, or where a former version stopped.</param>
/// <param name="Checkpointed">What the last checkpoint knew of it: it is no older and no shorter than that.</param>
/// <param name="IsSameBoot">The machine has not been booted since: what was written is there.</param>
internal readonly record struct StateFileExpectation(
    StateFileMark? Mark, StateFilePosition? Checkpointed, bool IsSameBoot);
