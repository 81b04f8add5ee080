using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <content>What happens without a request: after a restart, and by the clock.</content>
internal sealed partial class TransactionCoordinator
{
    /// <summary>Before requests are served: completes what was decided, and begins the upkeep.</summary>
    public async Task StartAsync()
    {
        foreach (var transaction in _transactions.Values)
        {
            if (transaction.State.IsPrepared)
            {
                await CompleteAsync(transaction);
            }
        }

        await EndHangingAsync();
        _work.Start("upkeep of transactions", RunUpkeepAsync);
    }

    /// <summary>
    /// Aborts transactions whose producer was silent for too long, tells of outcomes where that did not succeed before,
    /// and forgets ids that are not used.
    /// </summary>
    internal async Task RunUpkeepOnceAsync()
    {
        foreach (var (transactionalId, transaction) in _transactions)
        {
            var nowMs = NowMs;
            var state = transaction.State;
            if (!state.IsPrepared && !IsTimedOut(state, nowMs) && !IsExpired(state, nowMs))
            {
                continue;
            }

            using var turn = await EnterAsync(transactionalId);
            if (turn.Transaction == transaction)
            {
                await LookAfterAsync(transaction, nowMs);
            }
        }
    }

    private static bool IsTimedOut(TransactionState state, long nowMs) =>
        state.Status == TransactionStatus.Ongoing && nowMs - state.StartMs > state.TimeoutMs;

    private bool IsExpired(TransactionState state, long nowMs) =>
        !state.IsUnderWay && state.ProducerId >= 0
        && nowMs - state.UpdatedMs > (long)_settings.IdExpiration.TotalMilliseconds;

    private async Task LookAfterAsync(Transaction transaction, long nowMs)
    {
        var state = transaction.State;
        if (state.IsPrepared)
        {
            await CompleteAsync(transaction);
        }
        else if (IsTimedOut(state, nowMs))
        {
            Log.TimedOut(_logger, state.TransactionalId, state.TimeoutMs, state.ProducerId, state.ProducerEpoch);
            _ = await FenceAsync(transaction, TransactionOutcome.TimedOut);
        }
        else if (IsExpired(state, nowMs))
        {
            var key = TransactionStateCodec.EncodeKey(state.TransactionalId);
            if (await _log.WriteAsync([StateChange.Remove(key)]) == ErrorCode.None)
            {
                Log.Expired(_logger, state.TransactionalId);
                transaction.IsForgotten = true;
                _transactions.TryRemove(new KeyValuePair<string, Transaction>(state.TransactionalId, transaction));
            }
        }
    }

    private async Task RunUpkeepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_settings.UpkeepInterval, _time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await RunUpkeepOnceAsync();
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.UpkeepFailed(_logger, error);
            }
        }
    }

    /// <summary>
    /// An open transaction in a partition that no transactional id knows of can only be left where files were lost. It
    /// would hold back readers of committed records for ever, so it is aborted.
    /// </summary>
    private async Task EndHangingAsync()
    {
        var underWay = List().Where(state => state.IsUnderWay).ToLookup(state => state.ProducerId);
        foreach (var log in _logs.Topics.SelectMany(topic => topic.Partitions).Where(log => log.HasOpenTransaction))
        {
            var partition = new TopicPartition(log.Topic.Name, log.Partition);
            foreach (var producer in await log.GetProducersAsync())
            {
                if (producer.TransactionStartOffset >= 0
                    && !underWay[producer.ProducerId].Any(state => state.Partitions.Contains(partition)))
                {
                    Log.HangingAborted(_logger, partition.Topic, partition.Partition, producer.ProducerId);
                    _ = await log.EndTransactionAsync(
                        producer.ProducerId, producer.ProducerEpoch, CoordinatorEpoch, isCommit: false);
                }
            }
        }

        foreach (var (group, producerId) in _groups.ListPendingTransactions())
        {
            if (!underWay[producerId].Any(state => state.Groups.Contains(group)))
            {
                Log.HangingOffsetsDropped(_logger, group, producerId);
                _ = await _groups.EndTransactionAsync(group, producerId, isCommit: false);
            }
        }
    }
}
