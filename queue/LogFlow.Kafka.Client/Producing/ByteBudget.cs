namespace LogFlow.Kafka.Client;

/// <summary>A number of bytes that may be in use; who wants more waits, first come first served.</summary>
internal sealed class ByteBudget(long bytesMax)
{
    // Guards the two below.
    private readonly Lock _gate = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Granted)> _waiters = new();
    private long _used;

    public long BytesMax => bytesMax;

    /// <summary>Takes the bytes if they are free and nobody waits for some.</summary>
    public bool TryReserve(long bytes)
    {
        lock (_gate)
        {
            if (_waiters.Count > 0 || _used + bytes > bytesMax)
            {
                return false;
            }

            _used += bytes;
            return true;
        }
    }

    public ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, bytesMax);
        LinkedListNode<(long, TaskCompletionSource Granted)> waiter;
        lock (_gate)
        {
            if (TryReserve(bytes))
            {
                return ValueTask.CompletedTask;
            }

            waiter = _waiters.AddLast(
                (bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        return new ValueTask(WaitAsync(waiter, bytes, cancellationToken));
    }

    public void Release(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            while (_waiters.First is { } first && _used + first.Value.Bytes <= bytesMax)
            {
                _used += first.Value.Bytes;
                _waiters.RemoveFirst();
                first.Value.Granted.TrySetResult();
            }
        }
    }

    private async Task WaitAsync(
        LinkedListNode<(long Bytes, TaskCompletionSource Granted)> waiter,
        long bytes,
        CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Value.Granted.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            GiveBack(waiter, bytes);
            throw;
        }
    }

    private void GiveBack(LinkedListNode<(long Bytes, TaskCompletionSource Granted)> waiter, long bytes)
    {
        lock (_gate)
        {
            if (waiter.List is not null)
            {
                _waiters.Remove(waiter);
                bytes = 0;
            }
        }

        // Granted at the moment of giving up; or one less in front of the others.
        Release(bytes);
    }
}
