using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Produces single records: gathers them into batches, compresses and sends these, idempotently unless told otherwise.
/// Safe for concurrent use; records of one partition are sent in the order of the calls that were made one after the
/// other.
/// </summary>
public sealed class KafkaProducer : IAsyncDisposable
{
    private readonly KafkaClient _client;
    private readonly KafkaProducerOptions _options;
    private readonly PartitionSender _sender;
    private readonly ByteBudget _budget;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work = new();

    // Guards all below. Taken inside an accumulator's lock, never the other way round.
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, PartitionAccumulator> _accumulators = [];
    private readonly Dictionary<string, int> _stickyPartitions = [];
    private readonly HashSet<ProducerBatch> _unfinished = [];
    private bool _disposed;

    // Sends that could not append at once follow each other; see AppendInTurnAsync.
    private Task _lastInTurn = Task.CompletedTask;
    private int _waitingCount;

    public KafkaProducer(KafkaClient client, KafkaProducerOptions options)
    {
        _client = client;
        _options = options;
        _sender = new PartitionSender(client, options.Sender);
        _budget = new ByteBudget(options.BufferBytesMax);
        _logger = client.Loggers.CreateLogger<KafkaProducer>();
    }

    /// <summary>
    /// Faulted when sending has ended, for one partition or for all, by a failure of this side (a defect, no memory):
    /// its records' sends have failed with it.
    /// </summary>
    public Task Completion => _work.Completion;

    /// <summary>
    /// Produces a record; the task ends with its fate. Waits first while the buffer is full. Cancelling ends that wait;
    /// a record that is buffered already goes on its way.
    /// </summary>
    public async Task<ProduceResult> SendAsync(ProducerRecord record, CancellationToken cancellationToken)
    {
        var nowhere = new TopicPartition(record.Topic, record.Partition ?? -1);
        var size = record.SizeBound;
        if (size > _budget.BytesMax)
        {
            return new ProduceResult(ErrorCode.MessageTooLarge, nowhere, -1, "larger than the producer's buffer");
        }

        var (partition, batch, index, refusal) = TryAppend(record, size, out var appended)
            ? appended
            : await AppendInTurnAsync(record, size, cancellationToken);
        if (batch is null)
        {
            return new ProduceResult(refusal, nowhere, -1, "the topic is not available");
        }

        var result = await batch.Task;
        var offset = result.IsSuccess && result.BaseOffset >= 0 ? result.BaseOffset + index : -1;
        return new ProduceResult(result.Error, partition, offset, result.Message);
    }

    /// <summary>Sends what is buffered and waits until all records sent before have their fate.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        // Those that wait for metadata or room were sent before, too.
        Task lastInTurn;
        lock (_gate)
        {
            lastInTurn = _lastInTurn;
        }

        await lastInTurn.WaitAsync(cancellationToken);
        CloseOpenBatches();
        Task[] unfinished;
        lock (_gate)
        {
            unfinished = [.. _unfinished.Select(static batch => batch.Task)];
        }

        // A failed one has its fate, too; its sender is told.
        await Task.WhenAll(unfinished).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Flushes, for no longer than the delivery timeout, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        // Every batch has its fate by its delivery timeout, so this ends.
        try
        {
            await FlushAsync(CancellationToken.None);
        }
        finally
        {
            // The sender first: accumulators wait for what they gave it.
            var stopping = _work.StopAsync();
            await _sender.DisposeAsync();
            await stopping;
            await _work.DisposeAsync();
            _budget.Dispose();
        }
    }

    /// <summary>Appends at once, if there is nothing to wait for and nobody waiting.</summary>
    private bool TryAppend(in ProducerRecord record, int size, out Appended appended)
    {
        appended = default;
        if (Volatile.Read(ref _waitingCount) > 0
            || _client.Metadata.Find(record.Topic) is not { Error: ErrorCode.None } topic
            || !_budget.TryTake(size))
        {
            return false;
        }

        appended = Append(record, size, topic);
        return true;
    }

    /// <summary>Waits for room and metadata behind all who wait already, so that calls keep their order.</summary>
    private async Task<Appended> AppendInTurnAsync(ProducerRecord record, int size, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task turn;
        lock (_gate)
        {
            turn = _lastInTurn;
            _lastInTurn = done.Task;
            Interlocked.Increment(ref _waitingCount);
        }

        try
        {
            await turn;
            var topic = await FindTopicAsync(record.Topic, cancellationToken);
            if (topic is null || topic.Error != ErrorCode.None)
            {
                return new Appended(default, null, 0, topic?.Error ?? ErrorCode.RequestTimedOut);
            }

            if (!_budget.TryTake(size))
            {
                // Room comes from batches that are acknowledged: none may linger while somebody waits for it.
                CloseOpenBatches();
                await _budget.TakeAsync(size, cancellationToken);
            }

            return Append(record, size, topic);
        }
        finally
        {
            Interlocked.Decrement(ref _waitingCount);
            done.SetResult();
        }
    }

    private void CloseOpenBatches()
    {
        PartitionAccumulator[] accumulators;
        lock (_gate)
        {
            accumulators = [.. _accumulators.Values];
        }

        // Outside the lock: accumulators call back under their own.
        foreach (var accumulator in accumulators)
        {
            accumulator.Flush();
        }
    }

    private Appended Append(in ProducerRecord record, int size, TopicMetadata topic)
    {
        try
        {
            var partition = new TopicPartition(record.Topic, ChoosePartition(record, topic.Partitions.Count));
            var (batch, index) = Accumulator(partition).Append(record, size);
            Track(batch);
            return new Appended(partition, batch, index, ErrorCode.None);
        }
        catch
        {
            _budget.Return(size);
            throw;
        }
    }

    /// <summary>Null when no broker tells of the topic within the delivery timeout.</summary>
    private async ValueTask<TopicMetadata?> FindTopicAsync(string name, CancellationToken cancellationToken)
    {
        if (_client.Metadata.Find(name) is { Error: ErrorCode.None } known)
        {
            return known;
        }

        using var timeout = new CancellationTokenSource(_options.DeliveryTimeout, _client.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await _client.GetTopicAsync(name, _options.Sender.AllowAutoCreateTopics, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private int ChoosePartition(in ProducerRecord record, int count)
    {
        if (record.Partition is { } chosen)
        {
            return chosen;
        }

        if (record.Key is { } key)
        {
            return Murmur2.Partition(key.Span, count);
        }

        // Records without a key fill one batch before they go elsewhere (KIP-480): fewer, larger batches.
        lock (_gate)
        {
            if (!_stickyPartitions.TryGetValue(record.Topic, out var sticky) || sticky >= count)
            {
                _stickyPartitions[record.Topic] = sticky = Random.Shared.Next(count);
            }

            return sticky;
        }
    }

    private void OnBatchClosed(TopicPartition partition)
    {
        lock (_gate)
        {
            if (_stickyPartitions.TryGetValue(partition.Topic, out var sticky) && sticky == partition.Partition)
            {
                _stickyPartitions.Remove(partition.Topic);
            }
        }
    }

    private PartitionAccumulator Accumulator(TopicPartition partition)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_accumulators.TryGetValue(partition, out var accumulator))
            {
                _accumulators[partition] = accumulator = new PartitionAccumulator(
                    partition, _client, _sender, _options, _budget, OnBatchClosed, OnBatchFinished, _work, _logger);
                accumulator.Start();
            }

            return accumulator;
        }
    }

    private void Track(ProducerBatch batch)
    {
        lock (_gate)
        {
            if (!batch.Task.IsCompleted)
            {
                _unfinished.Add(batch);
            }
        }
    }

    private void OnBatchFinished(ProducerBatch batch)
    {
        lock (_gate)
        {
            _unfinished.Remove(batch);
        }
    }

    /// <summary>Where a record was put; no batch when it was refused.</summary>
    private readonly record struct Appended(
        TopicPartition Partition, ProducerBatch? Batch, int Index, ErrorCode Refusal);
}
