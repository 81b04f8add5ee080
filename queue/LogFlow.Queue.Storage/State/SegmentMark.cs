namespace LogFlow.Queue.Storage;

/// <summary>What a checkpoint knows of a sealed segment.</summary>
/// <param name="BaseOffset">Its first offset.</param>
/// <param name="Length">Bytes of its file.</param>
internal readonly record struct SegmentMark(long BaseOffset, long Length);
