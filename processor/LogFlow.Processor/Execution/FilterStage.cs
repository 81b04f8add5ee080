using System.Threading.Channels;
using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Inputs;
using LogFlow.Processor.Outputs;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Execution;

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
    private readonly DeadLetterOutput _deadLetters;
    private readonly Output[] _all;
    private readonly FilterStageOptions _options;
    private readonly TimeProvider _time;
    private readonly ProcessorMetrics _metrics;
    private readonly Channel<InFlightBatch> _queue =
        Channel.CreateBounded<InFlightBatch>(new BoundedChannelOptions(BatchesMax));

    /// <summary>Guards <see cref="_inFlight"/>; a leaf.</summary>
    private readonly Lock _inFlightLock = new();

    /// <summary>Every batch that was taken in and has not finished, wherever it is.</summary>
    private readonly HashSet<InFlightBatch> _inFlight = [];

    private readonly CancellationTokenSource _stop = new();
    private Task[] _workers = [];

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
        _deadLetters = new DeadLetterOutput(outputs.Count, BatchesMax, deadLetters);
        _all = [.. outputs, _deadLetters];
        _options = options;
        _time = time;
        _metrics = metrics;
        Budget = new ByteBudget(options.BytesMax, BatchesMax);
    }

    public ByteBudget Budget { get; }

    public IReadOnlyList<Output> Outputs => _outputs;

    /// <summary>Whether an output cannot write at the moment: waiting for it would be in vain.</summary>
    public bool IsBlocked
    {
        get
        {
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

    /// <summary>Completes when a worker or output ends; faulted when one cannot go on.</summary>
    public Task Completion =>
        Task.WhenAny([.. _workers, .. _all.Select(static output => output.Completion)]).Unwrap();

    public void Start()
    {
        foreach (var output in _all)
        {
            output.Start();
        }

        _workers = new Task[_options.Workers];
        for (var index = 0; index < _workers.Length; index++)
        {
            var worker = new FilterWorker(_pipeline, _outputs, _options.EventsMax, _time, _metrics);
            _workers[index] = Task.Run(() => RunWorkerAsync(worker));
        }
    }

    /// <summary>
    /// Waits for room and takes a batch in. False: the window wants it no more; then it is disposed.
    /// </summary>
    public async ValueTask<bool> AddAsync(
        IRecordBatch records, RecordDecoder decoder, Func<IRecordBatch, PartitionWindow?> findWindow,
        CancellationToken cancellationToken)
    {
        try
        {
            await Budget.TakeAsync(records.SizeInBytes, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            records.Dispose();
            throw;
        }

        // Only now: while it waited for room its partition may have been revoked.
        if (findWindow(records) is { } window)
        {
            var batch = new InFlightBatch(window, records, decoder, _all.Length, Finished);
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

        Budget.Return(records.SizeInBytes);
        records.Dispose();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_workers);
        }
        catch (OperationCanceledException)
        {
            // That is how workers end.
        }

        foreach (var output in _all)
        {
            await output.DisposeAsync();
        }

        // Nobody touches them any more. They are read again after the next start.
        lock (_inFlightLock)
        {
            foreach (var batch in _inFlight)
            {
                batch.Abandon();
            }

            _inFlight.Clear();
        }

        _stop.Dispose();
    }

    private async Task RunWorkerAsync(FilterWorker worker)
    {
        await foreach (var batch in _queue.Reader.ReadAllAsync(_stop.Token))
        {
            worker.Process(batch);
            batch.Window.Filtered(batch, Release);
        }
    }

    /// <summary>Called under the window's lock, in the order of the partition.</summary>
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
            _deadLetters.Enqueue(batch);
        }

        foreach (var output in _outputs)
        {
            if (Wants(output, batch))
            {
                output.Enqueue(batch);
            }
        }
    }

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
        }

        batch.Window.Finished(batch);
        Budget.Return(batch.SizeInBytes);
    }
}
