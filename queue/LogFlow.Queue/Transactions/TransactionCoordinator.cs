using System.Collections.Concurrent;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Queue.Storage;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>
/// All transactions of the queue, by the rules of Kafka's transaction coordinator. A state is in force when it is
/// durable; an outcome (commit, abort) is decided by the state's write, and then told to every partition and group that
/// has a part in it, as often as it takes, also after a restart.
/// </summary>
internal sealed partial class TransactionCoordinator : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Transaction> _transactions = new(StringComparer.Ordinal);
    private readonly TransactionSettings _settings;
    private readonly StateLog _log;
    private readonly LogManager _logs;
    private readonly GroupCoordinator _groups;
    private readonly ProducerIdAllocator _producerIds;
    private readonly TimeProvider _time;
    private readonly QueueMetrics _metrics;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work = new();

    public TransactionCoordinator(
        TransactionSettings settings,
        StateLog log,
        LogManager logs,
        GroupCoordinator groups,
        ProducerIdAllocator producerIds,
        TimeProvider time,
        QueueMetrics metrics,
        ILogger logger,
        ProducerSurvey? survey = null)
    {
        _settings = settings;
        _log = log;
        _logs = logs;
        _groups = groups;
        _producerIds = producerIds;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        foreach (var (key, value) in log.GetEntries())
        {
            var state = TransactionStateCodec.Decode(key, value);
            var known = survey?.EpochOf(state.ProducerId) ?? -1;
            if (known > state.ProducerEpoch && !state.IsPrepared)
            {
                // The file is older than the partitions. The next epoch must be above theirs.
                Log.EpochRaised(logger, state.TransactionalId, state.ProducerEpoch, known);
                state = state with { ProducerEpoch = known };
            }

            _transactions[state.TransactionalId] = new Transaction(state);
        }
    }

    /// <summary>Faulted where the upkeep cannot go on.</summary>
    public Task Completion => _work.Completion;

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The producer ids in the coordinator's log.</summary>
    public static HashSet<long> FindProducerIds(StateLog log)
    {
        var ids = new HashSet<long>();
        foreach (var (key, value) in log.GetEntries())
        {
            if (TransactionStateCodec.Decode(key, value).ProducerId is >= 0 and var id)
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>Every id that has a producer.</summary>
    public IEnumerable<TransactionState> List()
    {
        foreach (var transaction in _transactions.Values)
        {
            if (transaction.State is { ProducerId: >= 0 } state)
            {
                yield return state;
            }
        }
    }

    /// <summary>How many transactions are under way.</summary>
    public QueueTransactionStatus Count()
    {
        var (ongoing, committing, aborting) = (0, 0, 0);
        foreach (var transaction in _transactions.Values)
        {
            switch (transaction.State.Status)
            {
                case TransactionStatus.Ongoing:
                    ongoing++;
                    break;
                case TransactionStatus.PrepareCommit:
                    committing++;
                    break;
                case TransactionStatus.PrepareAbort:
                    aborting++;
                    break;
            }
        }

        return new QueueTransactionStatus(ongoing, committing, aborting);
    }

    /// <summary>Null: there is no such id.</summary>
    public TransactionState? Find(string transactionalId) =>
        _transactions.TryGetValue(transactionalId, out var transaction)
            && transaction.State is { ProducerId: >= 0 } state
                ? state
                : null;

    /// <summary>
    /// Appends a transactional batch where its transaction is open and has the partition. Decided together with the
    /// queueing, so that no batch can follow the marker of its own transaction. Batches of one producer are queued in
    /// the order of the calls.
    /// </summary>
    /// <param name="transactionalId">The id.</param>
    /// <param name="batch">Whose, where to, and what.</param>
    /// <param name="addsPartition">
    /// The partition is added where the transaction lacks it, or begins with it (KIP-890, Produce version 12).
    /// </param>
    public ValueTask<AppendResult> AppendAsync(string transactionalId, in TransactionalBatch batch, bool addsPartition)
    {
        if (!_transactions.TryGetValue(transactionalId, out var transaction))
        {
            return new(new AppendResult(ErrorCode.InvalidProducerIdMapping, -1, -1, batch.Log.LogStartOffset));
        }

        return transaction.TryAppend(batch, addsPartition, out var append)
            ? append
            : new(AddAndAppendAsync(transaction, batch));
    }

    /// <summary>Whether the partition is part of the producer's open transaction; changes nothing.</summary>
    public ErrorCode Verify(string transactionalId, long producerId, short producerEpoch, TopicPartition partition) =>
        _transactions.TryGetValue(transactionalId, out var transaction)
            ? transaction.Verify(producerId, producerEpoch, partition)
            : ErrorCode.InvalidProducerIdMapping;

    /// <summary>Adds partitions to the transaction, which begins with the first. Durable when it returns.</summary>
    public ValueTask<ErrorCode> AddPartitionsAsync(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TopicPartition> partitions) =>
        AddAsync(transactionalId, producerId, producerEpoch, partitions, []);

    /// <summary>
    /// Adds a group, whose offsets are to be committed with the transaction. Durable when it returns.
    /// </summary>
    public ValueTask<ErrorCode> AddGroupAsync(
        string transactionalId, long producerId, short producerEpoch, string groupId) =>
        AddAsync(transactionalId, producerId, producerEpoch, [], [groupId]);

    /// <summary>Commits offsets as part of the transaction; they count when it is committed.</summary>
    /// <param name="transactionalId">The id.</param>
    /// <param name="producerId">Whose transaction.</param>
    /// <param name="producerEpoch">The producer's epoch.</param>
    /// <param name="groupId">Whose offsets.</param>
    /// <param name="addsGroup">The group is added where the transaction lacks it (KIP-890, version 5).</param>
    /// <param name="commit">Tells the group.</param>
    public async ValueTask<ErrorCode> CommitOffsetsAsync(
        string transactionalId,
        long producerId,
        short producerEpoch,
        string groupId,
        bool addsGroup,
        Func<ValueTask<ErrorCode>> commit)
    {
        using var turn = await EnterAsync(transactionalId);
        if (turn.Transaction is not { } transaction)
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        if (addsGroup)
        {
            var added = await AddAsync(transaction, producerId, producerEpoch, [], [groupId]);
            return added == ErrorCode.None ? await commit() : added;
        }

        var state = transaction.State;
        var error = CheckProducer(state, producerId, producerEpoch);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (state.IsPrepared)
        {
            return ErrorCode.ConcurrentTransactions;
        }

        return state.Status == TransactionStatus.Ongoing && state.Groups.Contains(groupId)
            ? await commit()
            : ErrorCode.TransactionAbortable;
    }

    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        foreach (var transaction in _transactions.Values)
        {
            transaction.Dispose();
        }
    }

    /// <summary>Whether a request comes from the producer that holds the id now; those of others are counted.</summary>
    private ErrorCode CheckProducer(TransactionState state, long producerId, short producerEpoch)
    {
        var error = Transaction.CheckProducer(state, producerId, producerEpoch);
        if (error == ErrorCode.ProducerFenced)
        {
            _metrics.ProducerFenced();
        }

        return error;
    }

    private async ValueTask<ErrorCode> AddAsync(
        string transactionalId,
        long producerId,
        short producerEpoch,
        IReadOnlyCollection<TopicPartition> partitions,
        IReadOnlyCollection<string> groups)
    {
        using var turn = await EnterAsync(transactionalId);
        return turn.Transaction is { } transaction
            ? await AddAsync(transaction, producerId, producerEpoch, partitions, groups)
            : ErrorCode.InvalidProducerIdMapping;
    }

    /// <summary>Adds to the transaction whose turn the caller has.</summary>
    private async ValueTask<ErrorCode> AddAsync(
        Transaction transaction,
        long producerId,
        short producerEpoch,
        IReadOnlyCollection<TopicPartition> partitions,
        IReadOnlyCollection<string> groups)
    {
        var state = transaction.State;
        var error = CheckProducer(state, producerId, producerEpoch);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (state.IsPrepared)
        {
            return ErrorCode.ConcurrentTransactions;
        }

        var isOngoing = state.Status == TransactionStatus.Ongoing;
        if (isOngoing && partitions.All(state.Partitions.Contains) && groups.All(state.Groups.Contains))
        {
            return ErrorCode.None;
        }

        return await SaveAsync(transaction, state with
        {
            Status = TransactionStatus.Ongoing,
            StartMs = isOngoing ? state.StartMs : NowMs,
            Partitions = isOngoing ? state.Partitions.Union(partitions) : [.. partitions],
            Groups = isOngoing ? state.Groups.Union(groups) : [.. groups],
        });
    }

    /// <summary>Turns are taken in the order of the calls, so batches are queued in it, too.</summary>
    private async Task<AppendResult> AddAndAppendAsync(Transaction transaction, TransactionalBatch batch)
    {
        ValueTask<AppendResult> append;
        var isWaiting = true;
        await transaction.Gate.WaitAsync();
        try
        {
            var added = transaction.IsForgotten
                ? ErrorCode.InvalidProducerIdMapping
                : await AddAsync(transaction, batch.ProducerId, batch.ProducerEpoch, [batch.Partition], []);
            isWaiting = false;
            append = transaction.AppendWaiting(batch, added);
        }
        finally
        {
            if (isWaiting)
            {
                transaction.StopWaiting();
            }

            transaction.Gate.Release();
        }

        return await append;
    }

    /// <summary>Makes a state durable, and then the one in force.</summary>
    private async ValueTask<ErrorCode> SaveAsync(Transaction transaction, TransactionState next)
    {
        next = next with { UpdatedMs = NowMs };
        var error = await WriteAsync(next);
        if (error == ErrorCode.None)
        {
            transaction.State = next;
        }

        return error;
    }

    /// <summary>A coordinator whose disk fails is none: clients look it up again, and try again.</summary>
    private async ValueTask<ErrorCode> WriteAsync(TransactionState state)
    {
        var key = TransactionStateCodec.EncodeKey(state.TransactionalId);
        var error = await _log.WriteAsync([StateChange.Set(key, TransactionStateCodec.Encode(state))]);
        return error == ErrorCode.None ? ErrorCode.None : ErrorCode.CoordinatorNotAvailable;
    }

    /// <summary>Takes the turn of a transactional id; without a transaction where there is no such id.</summary>
    private async ValueTask<Turn> EnterAsync(string transactionalId, bool mayCreate = false)
    {
        while (true)
        {
            if (!_transactions.TryGetValue(transactionalId, out var transaction))
            {
                if (!mayCreate)
                {
                    return new Turn(null);
                }

                transaction = _transactions.GetOrAdd(
                    transactionalId, static id => new Transaction(new TransactionState { TransactionalId = id }));
            }

            await transaction.Gate.WaitAsync();
            if (!transaction.IsForgotten)
            {
                return new Turn(transaction);
            }

            transaction.Gate.Release();
        }
    }

    /// <summary>Gives the turn back when it is disposed.</summary>
    private readonly struct Turn(Transaction? transaction) : IDisposable
    {
        public Transaction? Transaction => transaction;

        public void Dispose() => transaction?.Gate.Release();
    }
}
