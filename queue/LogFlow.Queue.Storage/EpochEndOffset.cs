namespace LogFlow.Queue.Storage;

/// <summary>Where an epoch ended (OffsetForLeaderEpoch): -1 and -1 where that is not known.</summary>
/// <param name="LeaderEpoch">The largest epoch that is not above the one asked for.</param>
/// <param name="EndOffset">The offset after its last record.</param>
public readonly record struct EpochEndOffset(int LeaderEpoch, long EndOffset);
