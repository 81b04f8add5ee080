using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

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
    /// <param name="transactionalId">The id.</param>
    /// <param name="producerId">Who ends it.</param>
    /// <param name="producerEpoch">The producer's epoch.</param>
    /// <param name="isCommit">Commit, or abort.</param>
    /// <param name="bumpsEpoch">
    /// The producer goes on with another epoch (KIP-890, EndTxn version 5), so that nothing of this transaction that is
    /// still under way can get into its next one. It may then also abort where it is not sure that it has begun.
    /// </param>
    /// <returns>None, and the id and epoch to go on with.</returns>
    public async ValueTask<ProducerIdResult> EndAsync(
        string transactionalId, long producerId, short producerEpoch, bool isCommit, bool bumpsEpoch)
    {
        using var turn = await EnterAsync(transactionalId);
        if (turn.Transaction is not { } transaction)
        {
            return ProducerIdResult.Failed(ErrorCode.InvalidProducerIdMapping);
        }

        var error = bumpsEpoch && IsEndedBy(transaction.State, producerId, producerEpoch)
            ? CheckRepetition(transaction.State, isCommit)
            : await EndOnceAsync(transaction, producerId, producerEpoch, isCommit, bumpsEpoch);
        var state = transaction.State;
        return error != ErrorCode.None ? ProducerIdResult.Failed(error)
            : state.NextProducerId >= 0 ? new ProducerIdResult(ErrorCode.None, state.NextProducerId, 0)
            : new ProducerIdResult(ErrorCode.None, state.ProducerId, state.ProducerEpoch);
    }

    /// <summary>
    /// Whether the last transaction was ended, with a new epoch, by the producer under the one before.
    /// </summary>
    private static bool IsEndedBy(TransactionState state, long producerId, short producerEpoch) =>
        state.Status is not (TransactionStatus.Empty or TransactionStatus.Ongoing)
        && producerEpoch >= 0
        && producerEpoch == state.LastProducerEpoch
        && (producerId == state.ProducerId || producerId == state.PreviousProducerId);

    /// <summary>The answer of the first request was lost.</summary>
    private static ErrorCode CheckRepetition(TransactionState state, bool isCommit) => state.Status switch
    {
        TransactionStatus.CompleteCommit when isCommit => ErrorCode.None,
        TransactionStatus.CompleteAbort when !isCommit => ErrorCode.None,
        TransactionStatus.PrepareCommit when isCommit => ErrorCode.ConcurrentTransactions,
        TransactionStatus.PrepareAbort when !isCommit => ErrorCode.ConcurrentTransactions,
        _ => ErrorCode.InvalidTxnState,
    };

    private async ValueTask<ErrorCode> EndOnceAsync(
        Transaction transaction, long producerId, short producerEpoch, bool isCommit, bool bumpsEpoch)
    {
        var state = transaction.State;
        var error = CheckProducer(state, producerId, producerEpoch);
        if (error != ErrorCode.None)
        {
            return error;
        }

        var mayEnd = state.Status == TransactionStatus.Ongoing || (bumpsEpoch && !isCommit && !state.IsPrepared);
        if (!mayEnd)
        {
            // With an epoch for each transaction, the same epoch is not a repetition.
            return bumpsEpoch && !state.IsPrepared ? ErrorCode.InvalidTxnState : CheckRepetition(state, isCommit);
        }

        var outcome = isCommit ? TransactionOutcome.Committed : TransactionOutcome.Aborted;
        if (!bumpsEpoch)
        {
            return await DecideAsync(transaction, state, outcome);
        }

        var next = state with
        {
            ProducerEpoch = (short)(producerEpoch + 1),
            LastProducerEpoch = producerEpoch,
        };
        if (state.IsEpochExhausted)
        {
            (error, var nextProducerId) = await _producerIds.AllocateAsync();
            next = next with { NextProducerId = nextProducerId };
        }

        return error == ErrorCode.None ? await DecideAsync(transaction, next, outcome) : error;
    }

    /// <summary>Aborts the open transaction for somebody else than its producer, who is fenced by the epoch.</summary>
    private ValueTask<ErrorCode> FenceAsync(Transaction transaction, TransactionOutcome outcome)
    {
        var state = transaction.State;
        var fenced = state with
        {
            ProducerEpoch = (short)(state.ProducerEpoch + 1),
            LastProducerEpoch = TransactionState.NoEpoch,
        };
        return DecideAsync(transaction, fenced, outcome);
    }

    private async ValueTask<ErrorCode> DecideAsync(
        Transaction transaction, TransactionState decided, TransactionOutcome outcome)
    {
        var hasBegun = decided.Status == TransactionStatus.Ongoing;
        var error = await SaveAsync(transaction, decided with
        {
            Status = outcome == TransactionOutcome.Committed
                ? TransactionStatus.PrepareCommit
                : TransactionStatus.PrepareAbort,
        });
        if (error == ErrorCode.None)
        {
            // A producer may abort where nothing has begun (KIP-890): that is no transaction.
            transaction.Outcome = hasBegun ? outcome : TransactionOutcome.None;

            // In force: from here on no batch is queued, so that all stand before the markers.
            await CompleteAsync(transaction);
        }

        return error;
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
        var complete = state with
        {
            Status = isCommit ? TransactionStatus.CompleteCommit : TransactionStatus.CompleteAbort,
            Partitions = [],
            Groups = [],
        };
        if (state.NextProducerId >= 0)
        {
            complete = complete with
            {
                ProducerId = state.NextProducerId,
                ProducerEpoch = 0,
                PreviousProducerId = state.ProducerId,
                NextProducerId = TransactionState.NoProducerId,
            };
        }

        if (await SaveAsync(transaction, complete) == ErrorCode.None && transaction.Outcome != TransactionOutcome.None)
        {
            var durationMs = Math.Max(0, NowMs - state.StartMs);
            _metrics.TransactionCompleted(transaction.Outcome, TimeSpan.FromMilliseconds(durationMs));
            transaction.Outcome = TransactionOutcome.None;
        }
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
        [LoggerMessage(3159, LogLevel.Error,
            "The state of transactional id {TransactionalId} is older than the partitions: its epoch goes from "
            + "{Epoch} to {KnownEpoch}, so that none is given twice.")]
        public static partial void EpochRaised(
            ILogger logger, string transactionalId, short epoch, short knownEpoch);

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
