using System.Buffers;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// The records of one record batch of one partition. It stands for the offsets from <see cref="FirstOffset"/> up to,
/// not including, <see cref="NextOffset"/>: batches of a partition follow each other without a gap between them,
/// whatever compaction, transaction markers or retention have taken out, until a seek. Keys, values and headers lie in
/// pooled memory that disposing returns.
/// </summary>
public sealed class ConsumedBatch : IDisposable
{
    private readonly int _count;
    private Record[]? _records;
    private IDisposable? _memory;

    internal ConsumedBatch(
        TopicPartition partition,
        Guid topicId,
        long firstOffset,
        long nextOffset,
        Record[] rentedRecords,
        int count,
        int sizeInBytes,
        IDisposable memory)
    {
        TopicPartition = partition;
        TopicId = topicId;
        FirstOffset = firstOffset;
        NextOffset = nextOffset;
        _records = rentedRecords;
        _count = count;
        SizeInBytes = sizeInBytes;
        _memory = memory;
    }

    public TopicPartition TopicPartition { get; }

    /// <summary>The topic's UUID; empty where the broker has none (Kafka before 2.8).</summary>
    public Guid TopicId { get; }

    /// <summary>Where the batch before it ended, or the position that reading started from.</summary>
    public long FirstOffset { get; }

    /// <summary>What to commit once the batch is processed.</summary>
    public long NextOffset { get; }

    /// <summary>Number of records; 0 where all that the offsets held is gone or is not meant for readers.</summary>
    public int Count => _count;

    /// <summary>
    /// Set where the offsets hold a batch that cannot be read: there are no records then, and it must be put aside
    /// before its offsets are committed. Null unless <see cref="GroupConsumerOptions.DeliversUndecodable"/>.
    /// </summary>
    public UndecodableBatch? Undecodable { get; internal init; }

    /// <summary>Bytes of memory that the batch holds.</summary>
    public int SizeInBytes { get; }

    /// <summary>The records in offset order; valid until the batch is disposed.</summary>
    public ReadOnlySpan<Record> Records => Array.AsSpan(0, _count);

    /// <summary>The same, for use across awaits.</summary>
    public ReadOnlyMemory<Record> RecordMemory => Array.AsMemory(0, _count);

    private Record[] Array => _records ?? throw new ObjectDisposedException(nameof(ConsumedBatch));

    public void Dispose()
    {
        var records = Interlocked.Exchange(ref _records, null);
        if (records is null)
        {
            return;
        }

        // Cleared, or the pool would keep the memory behind the slices alive.
        records.AsSpan(0, _count).Clear();
        ArrayPool<Record>.Shared.Return(records);
        Interlocked.Exchange(ref _memory, null)!.Dispose();
    }
}
