namespace LogFlow.Kafka.Protocol;

/// <summary>
/// One record of a batch. Its memory belongs to the <see cref="DecodedRecordBatch"/> it was read from.
/// </summary>
/// <param name="Offset">Its offset in the partition.</param>
/// <param name="TimestampMs">Milliseconds since the Unix epoch.</param>
/// <param name="Key">Null: no key.</param>
/// <param name="Value">Null: a tombstone.</param>
/// <param name="HeaderCount">Number of headers.</param>
/// <param name="HeaderBytes">The headers as encoded.</param>
public readonly record struct Record(
    long Offset,
    long TimestampMs,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Value,
    int HeaderCount,
    ReadOnlyMemory<byte> HeaderBytes)
{
    /// <summary>Reads the headers in order, for foreach.</summary>
    public RecordHeaderReader Headers => new(HeaderCount, HeaderBytes);
}
