using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Topics;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Transactions;

/// <content>EndTxn: the outcome, and everyone who has to know of it.</content>
internal sealed partial class TransactionCoordinator
{
    /// <summary>There is one coordinator, and it is never replaced.</summary>
    private const int CoordinatorEpoch = 0;

    /// <summary>
    /// Ends the open transaction. The outcome is durable when this returns None, and known to every partition and group
    /// unless one of them cannot write now; those are told later, and until then the producer's next transaction is
    /// refused with CONCURRENT_TRANSACTIONS.
    /// </summary>
    public async ValueTask<ErrorCode> EndAsync(
        string transactionalId, long producerId, short producerEpoch, bool isCommit)
    {
        using var turn = await EnterAsync(transactionalId);
        if (turn.Transaction is not { } transaction)
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        var state = transaction.State;
        var error = Transaction.CheckProducer(state, producerId, producerEpoch);
        if (error != ErrorCode.None)
        {
            return error;
        }

        switch (state.Status)
        {
            case TransactionStatus.Ongoing:
                return await DecideAsync(transaction, isCommit, state.ProducerEpoch, state.LastProducerEpoch);
            case TransactionStatus.CompleteCommit when isCommit:
            case TransactionStatus.CompleteAbort when !isCommit:
                // The answer of the first request was lost.
                return ErrorCode.None;
            case TransactionStatus.PrepareCommit when isCommit:
            case TransactionStatus.PrepareAbort when !isCommit:
                return ErrorCode.ConcurrentTransactions;
            default:
                return ErrorCode.InvalidTxnState;
        }
    }

    /// <summary>Aborts the open transaction for somebody else than its producer, who is fenced by the epoch.</summary>
    private ValueTask<ErrorCode> FenceAsync(Transaction transaction) => DecideAsync(
        transaction, isCommit: false, (short)(transaction.State.ProducerEpoch + 1), TransactionState.NoEpoch);

    private async ValueTask<ErrorCode> DecideAsync(
        Transaction transaction, bool isCommit, short producerEpoch, short lastProducerEpoch)
    {
        var ongoing = transaction.State;
        var prepared = ongoing with
        {
            Status = isCommit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort,
            ProducerEpoch = producerEpoch,
            LastProducerEpoch = lastProducerEpoch,
            UpdatedMs = NowMs,
        };

        // In force before it is durable: from here on no batch is queued, so that all stand before the marker.
        transaction.State = prepared;
        var error = await WriteAsync(prepared);
        if (error != ErrorCode.None)
        {
            transaction.State = ongoing;
            return error;
        }

        await CompleteAsync(transaction);
        return ErrorCode.None;
    }

    /// <summary>
    /// Tells everyone of the outcome. What could not be told is left for the next upkeep; telling twice does no harm.
    /// </summary>
    private async ValueTask CompleteAsync(Transaction transaction)
    {
        var state = transaction.State;
        var isCommit = state.Status == TransactionStatus.PrepareCommit;
        var telling = new List<Task<ErrorCode>>(state.Partitions.Count + state.Groups.Count);
        foreach (var partition in state.Partitions)
        {
            telling.Add(WriteMarkerAsync(state, partition, isCommit));
        }

        foreach (var group in state.Groups)
        {
            telling.Add(_groups.EndTransactionAsync(group, state.ProducerId, isCommit).AsTask());
        }

        var errors = await Task.WhenAll(telling);
        var failed = errors.Count(error => error != ErrorCode.None);
        if (failed > 0)
        {
            Log.NotCompleted(_logger, state.TransactionalId, state.Status, failed);
            return;
        }

        // If this write fails, or is lost in a crash, the state before it leads here once more.
        _ = await SaveAsync(transaction, state with
        {
            Status = isCommit ? TransactionStatus.CompleteCommit : TransactionStatus.CompleteAbort,
            Partitions = [],
            Groups = [],
        });
    }

    private async Task<ErrorCode> WriteMarkerAsync(TransactionState state, TopicPartition partition, bool isCommit)
    {
        if (!TopicCatalog.TryGetPartition(_logs.FindTopic(partition.Topic), partition.Partition, out var log))
        {
            // The topic was deleted.
            return ErrorCode.None;
        }

        var result = await log.EndTransactionAsync(state.ProducerId, state.ProducerEpoch, CoordinatorEpoch, isCommit);
        switch (result.Error)
        {
            case ErrorCode.UnknownTopicOrPartition:
                return ErrorCode.None;
            case ErrorCode.InvalidProducerEpoch or ErrorCode.TransactionCoordinatorFenced:
                // Only an operator's WriteTxnMarkers can have been there with a higher epoch; it ended the transaction.
                Log.MarkerFenced(_logger, state.TransactionalId, partition.Topic, partition.Partition, result.Error);
                return ErrorCode.None;
            default:
                return result.Error;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3150, LogLevel.Warning,
            "Transaction {TransactionalId} is decided ({Status}), but {Count} partitions or groups could not be told; "
            + "that is tried again.")]
        public static partial void NotCompleted(
            ILogger logger, string transactionalId, TransactionStatus status, int count);

        [LoggerMessage(3151, LogLevel.Warning,
            "Transaction {TransactionalId}: {Topic}-{Partition} knows a later end of it and refused this one "
            + "({Error}).")]
        public static partial void MarkerFenced(
            ILogger logger, string transactionalId, string topic, int partition, ErrorCode error);

        [LoggerMessage(3152, LogLevel.Information,
            "Transaction {TransactionalId} was open for longer than {TimeoutMs} ms: it is aborted and its producer, id "
            + "{ProducerId} epoch {ProducerEpoch}, is fenced.")]
        public static partial void TimedOut(
            ILogger logger, string transactionalId, int timeoutMs, long producerId, short producerEpoch);

        [LoggerMessage(3153, LogLevel.Information,
            "Transactional id {TransactionalId} was not used for its expiration time and is forgotten.")]
        public static partial void Expired(ILogger logger, string transactionalId);

        [LoggerMessage(3154, LogLevel.Error,
            "{Topic}-{Partition} has an open transaction of producer {ProducerId} that no coordinator knows of (state "
            + "was lost); it is aborted.")]
        public static partial void HangingAborted(ILogger logger, string topic, int partition, long producerId);

        [LoggerMessage(3155, LogLevel.Error,
            "Group {Group} has offsets of a transaction of producer {ProducerId} that no coordinator knows of (state "
            + "was lost); they are dropped.")]
        public static partial void HangingOffsetsDropped(ILogger logger, string group, long producerId);

        [LoggerMessage(3156, LogLevel.Error, "The upkeep of transactions failed; it is tried again.")]
        public static partial void UpkeepFailed(ILogger logger, Exception error);
    }
}
