namespace LogFlow.Queue;

/// <summary>The next offset that a group will read of one partition.</summary>
/// <param name="Offset">Next offset to read.</param>
/// <param name="LeaderEpoch">Epoch of the last record read; -1 unknown.</param>
/// <param name="Metadata">The committer's own text; it comes back unchanged.</param>
/// <param name="CommitTimeMs">Wall clock at the commit, Unix milliseconds.</param>
internal sealed record CommittedOffset(long Offset, int LeaderEpoch, string Metadata, long CommitTimeMs);
