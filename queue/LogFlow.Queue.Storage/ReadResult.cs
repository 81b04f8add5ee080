using System.Buffers;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Whole record batches of a partition, in pooled memory or still in their file (<see cref="FileRegion"/>), until this
/// is disposed. Dispose it also where it is empty or an error.
/// </summary>
public readonly struct ReadResult(
    ErrorCode error,
    IMemoryOwner<byte>? batches,
    int length,
    long highWatermark,
    long lastStableOffset,
    long logStartOffset,
    long nextOffset = -1,
    IReadOnlyList<AbortedTransaction>? abortedTransactions = null) : IDisposable
{
    /// <summary>
    /// None; OffsetOutOfRange: below the log's start or above its end; KafkaStorageError: the data cannot be read now.
    /// </summary>
    public ErrorCode Error { get; } = error;

    /// <summary>
    /// The batches' bytes. Empty at the end of the log. The first may start before the offset asked for.
    /// </summary>
    public ReadOnlyMemory<byte> Batches => batches is null ? default : batches.Memory[..length];

    /// <summary>Bytes of memory that this takes.</summary>
    public int HeldBytes => batches is FileRegion ? 0 : Batches.Length;

    /// <summary>The first offset that is not durable yet, and so not visible.</summary>
    public long HighWatermark { get; } = highWatermark;

    /// <summary>The first offset below which no transaction is open.</summary>
    public long LastStableOffset { get; } = lastStableOffset;

    /// <summary>The first offset that is still there.</summary>
    public long LogStartOffset { get; } = logStartOffset;

    /// <summary>The aborted transactions that have records in <see cref="Batches"/>; read_committed only.</summary>
    public IReadOnlyList<AbortedTransaction> AbortedTransactions => abortedTransactions ?? [];

    /// <summary>The offset after <see cref="Batches"/>, or a later one; -1 where they are empty.</summary>
    internal long NextOffset { get; } = nextOffset;

    internal ReadResult WithAborted(IReadOnlyList<AbortedTransaction> transactions) =>
        new(Error, batches, length, HighWatermark, LastStableOffset, LogStartOffset, NextOffset, transactions);

    /// <inheritdoc/>
    public void Dispose() => batches?.Dispose();
}
