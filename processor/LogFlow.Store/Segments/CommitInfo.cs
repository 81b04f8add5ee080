namespace LogFlow.Store;

/// <summary>What all segments of one commit share.</summary>
internal sealed record CommitInfo(
    long CommitId, long CreatedMs, IReadOnlyList<PartitionPosition> Positions, IReadOnlyList<string> Replaces);
