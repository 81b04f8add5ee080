using System.Threading.Channels;
using LogFlow.Platform;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// What all inputs share: the byte budget, the workers, and the hand-over of filtered batches to the outputs in each
/// partition's order.
/// </summary>
internal sealed class FilterStage : IAsyncDisposable
{
    /// <summary>Batches in flight at most, however small: bounds every channel between input and outputs.</summary>
    public const int BatchesMax = 512;

    private readonly CompiledPipeline _pipeline;
    private readonly IReadOnlyList<Output> _outputs;
    private readonly DeadLetterLane _deadLetters;
    private readonly FilterStageOptions _options;
    private readonly TimeProvider _time;
    private readonly ProcessorMetrics _metrics;
    private readonly Channel<InFlightBatch> _queue =
        Channel.CreateBounded<InFlightBatch>(new BoundedChannelOptions(BatchesMax));

    /// <summary>Guards <see cref="_inFlight"/>; a leaf.</summary>
    private readonly Lock _inFlightLock = new();

    /// <summary>Every batch that was taken in and has not finished, wherever it is.</summary>
    private readonly HashSet<InFlightBatch> _inFlight = [];

    /// <summary>Guards <see cref="_books"/>; a leaf.</summary>
    private readonly Lock _booksLock = new();

    private ProcessorBooks _books = ProcessorBooks.Empty;

    /// <summary>Places for batches: the budget bounds bytes only.</summary>
    private readonly SemaphoreSlim _places = new(BatchesMax);
    private readonly ByteBudget _budget;
    private readonly BackgroundWork _work = new();

    public FilterStage(
        CompiledPipeline pipeline,
        IReadOnlyList<Output> outputs,
        IDeadLetterSink deadLetters,
        FilterStageOptions options,
        TimeProvider time,
        ProcessorMetrics metrics)
    {
        _pipeline = pipeline;
        _outputs = outputs;
        Errors = new PluginErrors(time);
        _deadLetters = new DeadLetterLane(deadLetters, Errors, BatchesMax * (outputs.Count + 1));
        _options = options;
        _time = time;
        _metrics = metrics;
        _budget = new ByteBudget(options.BytesMax);
    }

    /// <summary>Bytes between input and outputs.</summary>
    public long BytesInFlight => _budget.BytesHeld;

    public IReadOnlyList<Output> Outputs => _outputs;

    /// <summary>What was taken in, and what became of it.</summary>
    public ProcessorBooks ReadBooks()
    {
        long inFlight;
        lock (_inFlightLock)
        {
            inFlight = _inFlight.Sum(RecordsOf);
        }

        lock (_booksLock)
        {
            return _books with { InFlight = inFlight };
        }
    }

    /// <summary>What each filter did, over all workers, in the order of the text.</summary>
    public IReadOnlyList<StatementStatus> ReadStatements()
    {
        var counters = _pipeline.ReadCounters().ToLookup(static counter => counter.Plugin);
        return [.. _pipeline.Filters.Select(filter => new StatementStatus(
            filter.Node.Id,
            filter.Node.Span.ToString(),
            counters[filter.Node].Sum(static counter => counter.In),
            counters[filter.Node].Sum(static counter => counter.Out),
            counters[filter.Node].Sum(static counter => counter.Matches),
            counters[filter.Node].Sum(static counter => counter.Failures),
            new TimeSpan(counters[filter.Node].Sum(static counter => counter.Duration.Ticks))))];
    }

    /// <summary>What plugins refused last.</summary>
    public PluginErrors Errors { get; }

    public DeadLetterStatus DeadLetters => _deadLetters.Status;

    /// <summary>
    /// Whether an output or the dead letters cannot write at the moment: waiting for it would be in vain.
    /// </summary>
    public bool IsBlocked
    {
        get
        {
            if (DeadLetters.WaitingSince is not null)
            {
                return true;
            }

            foreach (var output in _outputs)
            {
                if (output.WaitingSince is not null)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Faulted when a worker, an output or the dead letters cannot go on; completes after the stop.</summary>
    public Task Completion => Task.WhenAny(
        [_deadLetters.Completion, _work.Completion, .. _outputs.Select(static output => output.Completion)]).Unwrap();

    public void Start()
    {
        _deadLetters.Start();
        foreach (var output in _outputs)
        {
            output.Start();
        }

        for (var index = 0; index < _options.Workers; index++)
        {
            var worker = new FilterWorker(_pipeline, _outputs, _options.EventsMax, _time, _metrics);
            _work.Start("a worker", cancellationToken => RunWorkerAsync(worker, cancellationToken));
        }
    }

    /// <summary>
    /// Waits for room and takes a batch in. False: the window wants it no more; then it is disposed.
    /// </summary>
    public async ValueTask<bool> AddAsync(
        IRecordBatch records, RecordDecoder decoder, Func<IRecordBatch, PartitionWindow?> findWindow,
        CancellationToken cancellationToken)
    {
        await TakeRoomAsync(records, cancellationToken);

        // Only now: while it waited for room its partition may have been revoked.
        if (findWindow(records) is { } window)
        {
            var batch = new InFlightBatch(
                window, records, decoder, _outputs.Count, _deadLetters.Enqueue, Finished);
            lock (_inFlightLock)
            {
                _inFlight.Add(batch);
            }

            if (window.TryAdd(batch))
            {
                _metrics.BatchTaken(batch.RecordCount, batch.SizeInBytes);
                if (!_queue.Writer.TryWrite(batch))
                {
                    throw new InvalidOperationException("more batches than can be in flight");
                }

                return true;
            }

            lock (_inFlightLock)
            {
                _inFlight.Remove(batch);
            }
        }

        ReturnRoom(records.SizeInBytes);
        records.Dispose();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        foreach (var output in _outputs)
        {
            await output.DisposeAsync();
        }

        await _deadLetters.DisposeAsync();

        // Nobody touches them any more. They are read again after the next start.
        lock (_inFlightLock)
        {
            foreach (var batch in _inFlight)
            {
                batch.Abandon();
            }

            _inFlight.Clear();
        }

        _budget.Dispose();
        _places.Dispose();
    }

    private async ValueTask TakeRoomAsync(IRecordBatch records, CancellationToken cancellationToken)
    {
        var hasPlace = false;
        try
        {
            await _places.WaitAsync(cancellationToken);
            hasPlace = true;
            await _budget.TakeAsync(records.SizeInBytes, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (hasPlace)
            {
                _places.Release();
            }

            records.Dispose();
            throw;
        }
    }

    private void ReturnRoom(long bytes)
    {
        _budget.Return(bytes);
        _places.Release();
    }

    private async Task RunWorkerAsync(FilterWorker worker, CancellationToken cancellationToken)
    {
        await foreach (var batch in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            worker.Process(batch);
            batch.Window.Filtered(batch, Release);
        }
    }

    /// <summary>
    /// Called under the window's lock, in the order of the partition. A batch that nobody wants is finished at once,
    /// which takes that lock again: right, as it may be taken twice by one thread, and the window's queues are in
    /// order by then.
    /// </summary>
    private void Release(InFlightBatch batch)
    {
        var expected = batch.DeadLetters is null ? 0 : 1;
        foreach (var output in _outputs)
        {
            expected += Wants(output, batch) ? 1 : 0;
        }

        if (expected == 0 || batch.Window.IsClosed)
        {
            batch.Finish();
            return;
        }

        batch.ExpectOutputs(expected);
        if (batch.DeadLetters is not null)
        {
            _deadLetters.Enqueue(batch, batch.DeadLetters);
        }

        foreach (var output in _outputs)
        {
            if (Wants(output, batch))
            {
                output.Enqueue(batch);
            }
        }
    }

    /// <summary>A batch that cannot be decoded counts as the one letter that it becomes.</summary>
    private static long RecordsOf(InFlightBatch batch) => batch.Undecodable is null ? batch.RecordCount : 1;

    private static bool Wants(Output output, InFlightBatch batch) =>
        output.WantsEmptyBatches || batch.GetPart(output.Index) is not null;

    private void Finished(InFlightBatch batch)
    {
        lock (_inFlightLock)
        {
            _inFlight.Remove(batch);
        }

        if (!batch.Window.IsClosed)
        {
            _metrics.BatchDone(batch.EventCount);
            lock (_booksLock)
            {
                var tally = batch.Tally;
                _books = new ProcessorBooks(
                    _books.Records + RecordsOf(batch),
                    _books.Made + tally.Made,
                    _books.Written + batch.EventCount,
                    _books.Dropped + tally.Dropped,
                    _books.Unrouted + tally.Unrouted,
                    _books.Refused + tally.Refused,
                    _books.RefusedByOutputs + tally.RefusedByOutputs,
                    InFlight: 0);
            }
        }

        batch.Window.Finished(batch);
        ReturnRoom(batch.SizeInBytes);
    }
}
