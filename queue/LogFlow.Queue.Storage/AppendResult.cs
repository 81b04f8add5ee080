using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>What became of an append.</summary>
/// <param name="Error">
/// None: the batch is durable (fdatasync has returned) and visible. NotLeaderOrFollower: the partition was deleted.
/// CorruptMessage, InvalidRecord, InvalidTimestamp, UnsupportedForMessageFormat, MessageTooLarge: the batch was refused
/// as it is.
/// OutOfOrderSequenceNumber, InvalidProducerEpoch: idempotence. KafkaStorageError: the disk is full (passes by itself)
/// or the partition went offline after a failed write or sync (passes with a restart).
/// </param>
/// <param name="BaseOffset">Offset of the first record; of the original append where this one is a duplicate.</param>
/// <param name="LogAppendTimeMs">The time the records were stamped with; -1 where they keep the producer's.</param>
/// <param name="LogStartOffset">The partition's first offset.</param>
/// <param name="IsDuplicate">An idempotent producer's retry of a batch that is stored already.</param>
/// <param name="Message">Why it was refused, for people, where there is more to say than the error's name.</param>
/// <param name="RecordProblems">Which of its records were refused.</param>
public readonly record struct AppendResult(
    ErrorCode Error,
    long BaseOffset,
    long LogAppendTimeMs,
    long LogStartOffset,
    bool IsDuplicate = false,
    string? Message = null,
    IReadOnlyList<RecordProblem>? RecordProblems = null)
{
    internal static AppendResult Failed(ErrorCode error, long logStartOffset) => new(error, -1, -1, logStartOffset);
}
