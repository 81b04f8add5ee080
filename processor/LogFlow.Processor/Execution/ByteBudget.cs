namespace LogFlow.Processor.Execution;

/// <summary>
/// Bounds what is in flight between input and outputs, in bytes and in batches. When it is full the input waits: the
/// queue is the buffer. A batch larger than the whole budget is let in when nothing else is in flight.
/// </summary>
internal sealed class ByteBudget(long bytesMax, int batchesMax)
{
    /// <summary>Guards all fields below.</summary>
    private readonly Lock _lock = new();

    private readonly Queue<Waiter> _waiters = new();
    private long _bytes;
    private int _batches;

    public int BatchesMax => batchesMax;

    public long BytesInFlight
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    public async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                _bytes += bytes;
                _batches++;
                return;
            }

            waiter = new Waiter(bytes);
            _waiters.Enqueue(waiter);
        }

        await using var registration = cancellationToken.Register(
            () => waiter.Source.TrySetCanceled(cancellationToken));
        await waiter.Source.Task;
    }

    public void Return(long bytes)
    {
        lock (_lock)
        {
            _bytes -= bytes;
            _batches--;
            while (_waiters.TryPeek(out var next))
            {
                if (next.Source.Task.IsCompleted)
                {
                    _waiters.Dequeue();
                    continue;
                }

                if (!Fits(next.Bytes))
                {
                    return;
                }

                _waiters.Dequeue();
                if (next.Source.TrySetResult())
                {
                    _bytes += next.Bytes;
                    _batches++;
                }
            }
        }
    }

    private bool Fits(long bytes) => _batches == 0 || (_bytes + bytes <= bytesMax && _batches < batchesMax);

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
