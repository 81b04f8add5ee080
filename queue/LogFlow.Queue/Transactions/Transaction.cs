using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>The one mutable holder of a transactional id's state.</summary>
internal sealed class Transaction(TransactionState state) : IDisposable
{
    /// <summary>
    /// Guards _state, and is held while a batch is queued: what is queued before the state leaves Ongoing stands before
    /// the marker, and nothing is queued after. Innermost but for the writer's queue.
    /// </summary>
    private readonly Lock _lock = new();
    private TransactionState _state = state;

    // Batches that wait for their partition to become part of the transaction; later ones queue up behind them.
    private int _waitingCount;

    /// <summary>One operation at a time, from its check to its answer; held over disk writes.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>
    /// How the transaction ends that is decided and not yet told everywhere. Belongs to whoever has the gate; the log
    /// does not keep who aborted, so after a restart an abort counts as the producer's.
    /// </summary>
    public TransactionOutcome Outcome { get; set; } = state.Status switch
    {
        TransactionStatus.PrepareCommit => TransactionOutcome.Committed,
        TransactionStatus.PrepareAbort => TransactionOutcome.Aborted,
        _ => TransactionOutcome.None,
    };

    /// <summary>The id was forgotten; an operation that waited for the gate must look it up again.</summary>
    public bool IsForgotten { get; set; }

    public TransactionState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }

        set
        {
            lock (_lock)
            {
                _state = value;
            }
        }
    }

    /// <summary>Whether a request comes from the producer that holds the id now.</summary>
    public static ErrorCode CheckProducer(TransactionState state, long producerId, short producerEpoch)
    {
        if (state.ProducerId != producerId || producerId < 0)
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        return state.ProducerEpoch == producerEpoch ? ErrorCode.None : ErrorCode.ProducerFenced;
    }

    /// <summary>Whether a partition may take the producer's batches now.</summary>
    public ErrorCode Verify(long producerId, short producerEpoch, TopicPartition partition)
    {
        lock (_lock)
        {
            return VerifyLocked(producerId, producerEpoch, partition);
        }
    }

    /// <summary>Queues a batch, if it belongs to the open transaction.</summary>
    /// <param name="batch">Whose, where to, and what.</param>
    /// <param name="mayWait">
    /// The partition may be added: false is returned where it has to be, or where an earlier batch waits for that. Then
    /// <see cref="AppendWaiting"/> is to be called, in the order of these calls.
    /// </param>
    /// <param name="append">The batch's way to the disk, or the refusal.</param>
    public bool TryAppend(in TransactionalBatch batch, bool mayWait, out ValueTask<AppendResult> append)
    {
        lock (_lock)
        {
            var error = VerifyLocked(batch.ProducerId, batch.ProducerEpoch, batch.Partition);
            if (mayWait && (error == ErrorCode.TransactionAbortable || (error == ErrorCode.None && _waitingCount > 0)))
            {
                _waitingCount++;
                append = default;
                return false;
            }

            append = AppendLocked(batch, error);
            return true;
        }
    }

    /// <summary>Queues a batch that had to wait, if its partition could be added.</summary>
    public ValueTask<AppendResult> AppendWaiting(in TransactionalBatch batch, ErrorCode adding)
    {
        lock (_lock)
        {
            _waitingCount--;
            var error = adding == ErrorCode.None
                ? VerifyLocked(batch.ProducerId, batch.ProducerEpoch, batch.Partition)
                : adding;
            return AppendLocked(batch, error);
        }
    }

    /// <summary>A batch that had to wait does not come: adding its partition failed.</summary>
    public void StopWaiting()
    {
        lock (_lock)
        {
            _waitingCount--;
        }
    }

    public void Dispose() => Gate.Dispose();

    private static ValueTask<AppendResult> AppendLocked(in TransactionalBatch batch, ErrorCode error) =>
        error == ErrorCode.None
            ? batch.Log.AppendAsync(batch.Batch)
            : new(new AppendResult(error, -1, -1, batch.Log.LogStartOffset));

    private ErrorCode VerifyLocked(long producerId, short producerEpoch, TopicPartition partition)
    {
        var error = CheckProducer(_state, producerId, producerEpoch);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (_state.IsPrepared)
        {
            return ErrorCode.ConcurrentTransactions;
        }

        return _state.Status == TransactionStatus.Ongoing && _state.Partitions.Contains(partition)
            ? ErrorCode.None
            : ErrorCode.TransactionAbortable;
    }
}
