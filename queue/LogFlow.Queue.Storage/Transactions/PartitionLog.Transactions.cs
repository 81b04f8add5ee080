using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <content>Transactions: markers, the last stable offset, who is writing.</content>
public sealed partial class PartitionLog
{
    private readonly PartitionTransactions _transactions;
    private long _lastStableOffset;

    /// <summary>
    /// The first offset below which no transaction is open; what read_committed consumers see the end at.
    /// </summary>
    public long LastStableOffset
    {
        get
        {
            // Published after the high watermark, so read before it.
            var lastStableOffset = Volatile.Read(ref _lastStableOffset);
            return Math.Min(HighWatermark, Math.Max(lastStableOffset, LogStartOffset));
        }
    }

    /// <summary>A transaction is open, also where all of its records here are below the log's start.</summary>
    public bool HasOpenTransaction => Volatile.Read(ref _lastStableOffset) < HighWatermark;

    /// <summary>
    /// Ends a producer's transaction in this partition with a marker, durably. Where none is open the marker is written
    /// all the same, as Kafka does: it fences older epochs of the producer.
    /// </summary>
    /// <param name="producerId">Whose transaction.</param>
    /// <param name="producerEpoch">InvalidProducerEpoch is answered where the partition knows a higher one.</param>
    /// <param name="coordinatorEpoch">TransactionCoordinatorFenced is answered where it knows a higher one.</param>
    /// <param name="isCommit">Commit, or abort.</param>
    public async Task<AppendResult> EndTransactionAsync(
        long producerId, short producerEpoch, int coordinatorEpoch, bool isCommit)
    {
        var marker = new TransactionMarker(isCommit, coordinatorEpoch);
        var batch = marker.ToBatch(producerId, producerEpoch, _context.NowMs());
        var operation = AppendOperation.Rent(this, batch, RecordBatchHeader.Read(batch));
        var task = operation.AsValueTask();
        _context.Writer.Enqueue(operation);
        return await task;
    }

    /// <summary>All producers that the partition remembers, as of between two group commits.</summary>
    public Task<IReadOnlyList<ActiveProducer>> GetProducersAsync() => _context.Writer.RunAsync(() =>
    {
        var producers = new List<ActiveProducer>(_producers.Count);
        foreach (var producer in _producers.Producers)
        {
            producers.Add(new ActiveProducer(
                producer.ProducerId,
                producer.Epoch,
                producer.LastSequence,
                producer.LastAppendMs,
                _transactions.Ongoing.CoordinatorEpochOf(producer.ProducerId),
                _transactions.Ongoing.FirstOffsetOf(producer.ProducerId)));
        }

        return (IReadOnlyList<ActiveProducer>)producers;
    });

    internal Task AddToAsync(ProducerSurvey survey, IReadOnlySet<long> ids) => _context.Writer.RunAsync(() =>
    {
        foreach (var producer in _producers.Producers)
        {
            survey.Add(producer.ProducerId, producer.Epoch, ids.Contains(producer.ProducerId));
        }

        return true;
    });

    private ErrorCode CheckProducer(AppendOperation operation, out BatchMetadata duplicate)
    {
        var header = operation.Header;
        if (header.IsControl)
        {
            duplicate = default;
            return CheckMarker(operation);
        }

        return _producers.Check(header, out duplicate);
    }

    private ErrorCode CheckMarker(AppendOperation operation)
    {
        var header = operation.Header;
        if (_producers.EpochOf(header.ProducerId) > header.ProducerEpoch)
        {
            return ErrorCode.InvalidProducerEpoch;
        }

        return TransactionMarker.TryRead(operation.Batch, out var marker)
            && _transactions.Ongoing.CoordinatorEpochOf(header.ProducerId) > marker.CoordinatorEpoch
                ? ErrorCode.TransactionCoordinatorFenced
                : ErrorCode.None;
    }

    /// <summary>After the high watermark was published: all that was staged is durable now.</summary>
    private void PublishLastStableOffset() =>
        Volatile.Write(ref _lastStableOffset, _transactions.Ongoing.GetLastStableOffset(_logEndOffset));

    /// <summary>Where a reader has to stop.</summary>
    private long VisibleEnd(bool isReadCommitted) => isReadCommitted ? LastStableOffset : HighWatermark;
}
