using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Records;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Whole record batches read from a partition, in pooled memory that lives until this is disposed. Dispose it also
/// where it is empty or an error.
/// </summary>
public readonly struct ReadResult(
    ErrorCode error, PooledBuffer? batches, int length, long highWatermark, long logStartOffset) : IDisposable
{
    /// <summary>
    /// None; OffsetOutOfRange: below the log's start or above its end; KafkaStorageError: the data cannot be read now.
    /// </summary>
    public ErrorCode Error { get; } = error;

    /// <summary>
    /// The batches' bytes. Empty at the end of the log. The first may start before the offset asked for.
    /// </summary>
    public ReadOnlyMemory<byte> Batches => batches is null ? default : batches.Memory[..length];

    /// <summary>The first offset that is not durable yet, and so not visible.</summary>
    public long HighWatermark { get; } = highWatermark;

    /// <summary>The first offset below which no transaction is open.</summary>
    public long LastStableOffset { get; } = highWatermark;

    /// <summary>The first offset that is still there.</summary>
    public long LogStartOffset { get; } = logStartOffset;

    /// <inheritdoc/>
    public void Dispose() => batches?.Dispose();
}
