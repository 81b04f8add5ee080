namespace LogFlow.Kafka.Protocol;

/// <summary>What a record's framing says, without its key and value.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="OffsetDelta">Its offset relative to the batch's; in a producer's batch the same as the index.</param>
/// <param name="TimestampMs">When it was made, in ms since the Unix epoch; -1: it has none.</param>
/// <param name="KeyLength">-1: it has no key.</param>
/// <param name="ValueLength">-1: it is a tombstone.</param>
public readonly record struct RecordFrame(
    int Index, int OffsetDelta, long TimestampMs, int KeyLength, int ValueLength);
