namespace LogFlow.Store;

/// <summary>What a check of a store has read and found.</summary>
/// <param name="SegmentCount">Segments read.</param>
/// <param name="BlockCount">Blocks read, every page of them.</param>
/// <param name="DocumentCount">Documents in the segments.</param>
/// <param name="Bytes">Their size on the disk.</param>
/// <param name="Problems">What cannot be read, or could not before it was mended.</param>
public sealed record StoreCheckResult(
    int SegmentCount, int BlockCount, long DocumentCount, long Bytes, IReadOnlyList<StoreProblem> Problems);
