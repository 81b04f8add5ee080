using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>InitProducerId: who holds a transactional id.</content>
internal sealed partial class TransactionCoordinator
{
    /// <summary>
    /// Makes the caller the one producer of the id: whoever held it is fenced by a higher epoch, and its open
    /// transaction is aborted first.
    /// </summary>
    /// <param name="transactionalId">Not empty.</param>
    /// <param name="timeoutMs">When a transaction of this producer is aborted.</param>
    /// <param name="expectedProducerId">What the caller has been given before; -1: nothing.</param>
    /// <param name="expectedEpoch">The epoch of that.</param>
    public async ValueTask<ProducerIdResult> InitProducerIdAsync(
        string transactionalId, int timeoutMs, long expectedProducerId, short expectedEpoch)
    {
        if (timeoutMs <= 0 || timeoutMs > _settings.MaxTimeoutMs)
        {
            return ProducerIdResult.Failed(ErrorCode.InvalidTransactionTimeout);
        }

        using var turn = await EnterAsync(transactionalId, mayCreate: true);
        var transaction = turn.Transaction!;
        if (!IsHolder(transaction.State, expectedProducerId, expectedEpoch))
        {
            _metrics.ProducerFenced();
            return ProducerIdResult.Failed(ErrorCode.ProducerFenced);
        }

        if (transaction.State.Status == TransactionStatus.Ongoing)
        {
            var error = await FenceAsync(transaction, TransactionOutcome.Fenced);
            if (error != ErrorCode.None)
            {
                return ProducerIdResult.Failed(error);
            }
        }

        if (transaction.State.IsPrepared)
        {
            return ProducerIdResult.Failed(ErrorCode.ConcurrentTransactions);
        }

        return await BumpAsync(transaction, timeoutMs, expectedProducerId, expectedEpoch);
    }

    /// <summary>
    /// A caller that names a producer must name this one; or the one before it, if its epochs were used up, since the
    /// answer that said so may not have arrived.
    /// </summary>
    private static bool IsHolder(TransactionState state, long expectedProducerId, short expectedEpoch) =>
        expectedProducerId < 0
        || state.ProducerEpoch == TransactionState.NoEpoch
        || expectedProducerId == state.ProducerId
        || (expectedProducerId == state.PreviousProducerId && expectedEpoch >= short.MaxValue - 1);

    private async ValueTask<ProducerIdResult> BumpAsync(
        Transaction transaction, int timeoutMs, long expectedProducerId, short expectedEpoch)
    {
        var state = transaction.State;
        var isExpected = expectedProducerId >= 0;
        var next = state with
        {
            Status = TransactionStatus.Empty,
            TimeoutMs = timeoutMs,
            StartMs = TransactionState.NotStarted,
            Partitions = [],
            Groups = [],
        };
        if (state.ProducerId < 0 || (state.IsEpochExhausted && (!isExpected || expectedEpoch == state.ProducerEpoch)))
        {
            var (error, producerId) = await _producerIds.AllocateAsync();
            if (error != ErrorCode.None)
            {
                return ProducerIdResult.Failed(error);
            }

            next = next with
            {
                ProducerId = producerId,
                ProducerEpoch = 0,
                LastProducerEpoch = isExpected ? state.ProducerEpoch : TransactionState.NoEpoch,
                PreviousProducerId = state.ProducerId,
            };
        }
        else if (!isExpected || expectedEpoch == state.ProducerEpoch)
        {
            next = next with
            {
                ProducerEpoch = (short)(state.ProducerEpoch + 1),
                LastProducerEpoch = isExpected ? state.ProducerEpoch : TransactionState.NoEpoch,
            };
        }
        else if (expectedEpoch != state.LastProducerEpoch)
        {
            // Neither this epoch nor a repetition of the request that led to it.
            _metrics.ProducerFenced();
            return ProducerIdResult.Failed(ErrorCode.ProducerFenced);
        }

        var saved = await SaveAsync(transaction, next);
        return saved == ErrorCode.None
            ? new ProducerIdResult(ErrorCode.None, next.ProducerId, next.ProducerEpoch)
            : ProducerIdResult.Failed(saved);
    }
}
