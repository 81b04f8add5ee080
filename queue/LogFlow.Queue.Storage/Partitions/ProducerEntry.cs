namespace LogFlow.Queue.Storage;

/// <summary>
/// What a partition knows of one idempotent producer: its epoch and its last five batches, oldest first.
/// </summary>
internal sealed class ProducerEntry(long producerId, short epoch)
{
    /// <summary>As many requests as a producer may have in flight. Matches Kafka's NUM_BATCHES_TO_RETAIN.</summary>
    public const int BatchCountMax = 5;

    private readonly BatchMetadata[] _batches = new BatchMetadata[BatchCountMax];

    public long ProducerId { get; } = producerId;

    public short Epoch { get; private set; } = epoch;

    public int BatchCount { get; private set; }

    public ReadOnlySpan<BatchMetadata> Batches => _batches.AsSpan(0, BatchCount);

    /// <summary>When it last appended, by the queue's clock; what its expiry counts from.</summary>
    public long LastAppendMs { get; set; }

    /// <summary>Sequence of the last record; -1 before the first of the epoch.</summary>
    public int LastSequence => BatchCount == 0 ? -1 : _batches[BatchCount - 1].LastSequence;

    public void SetEpoch(short epoch)
    {
        if (epoch != Epoch)
        {
            Epoch = epoch;
            BatchCount = 0;
        }
    }

    public void Add(BatchMetadata batch)
    {
        if (BatchCount == BatchCountMax)
        {
            _batches.AsSpan(1).CopyTo(_batches);
            BatchCount--;
        }

        _batches[BatchCount++] = batch;
    }
}
