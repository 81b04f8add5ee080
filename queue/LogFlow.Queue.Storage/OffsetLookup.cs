using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>The answer to "which offset has this time".</summary>
/// <param name="Error">None, or KafkaStorageError where the log cannot be read.</param>
/// <param name="Offset">-1: no record is that late.</param>
/// <param name="TimestampMs">Timestamp of the record at <paramref name="Offset"/>; -1 without one.</param>
/// <param name="LeaderEpoch">Epoch of its batch; -1 without one.</param>
public readonly record struct OffsetLookup(ErrorCode Error, long Offset, long TimestampMs, int LeaderEpoch)
{
    /// <summary>No record matches.</summary>
    public static OffsetLookup NotFound { get; } = new(ErrorCode.None, -1, -1, -1);
}
