namespace LogFlow.Queue;

/// <summary>One partition of a <see cref="QueueTopicStatus"/>.</summary>
/// <param name="LogStartOffset">The first offset that is there.</param>
/// <param name="HighWatermark">The next offset: all below it are durable and visible.</param>
/// <param name="SizeInBytes">Bytes on disk.</param>
/// <param name="IsOffline">A write or sync failed; nothing is appended until a restart.</param>
public readonly record struct QueuePartitionStatus(
    long LogStartOffset, long HighWatermark, long SizeInBytes, bool IsOffline)
{
    /// <summary>All below it are decided: readers of committed records get no further.</summary>
    public long LastStableOffset { get; init; }
}
