namespace LogFlow.Queue.Network;

/// <summary>
/// Bounds the bytes that all connections together hold. Who asks for more than is left waits, in the order of asking;
/// a request larger than the whole budget is let through when nothing else is held, so that it can ever be served.
/// </summary>
internal sealed class ByteBudget(long bytesMax)
{
    /// <summary>Guards the fields below.</summary>
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private long _bytesHeld;

    public long BytesHeld
    {
        get
        {
            lock (_lock)
            {
                return _bytesHeld;
            }
        }
    }

    /// <summary>
    /// Completes when <paramref name="bytes"/> may be held; they are given back by <see cref="Release"/>.
    /// </summary>
    public ValueTask AcquireAsync(long bytes, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                _bytesHeld += bytes;
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(bytes);
            waiter.Node = _waiters.AddLast(waiter);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>
    /// Takes what is left, at least <paramref name="bytesMin"/> and at most <paramref name="bytesWanted"/>.
    /// </summary>
    public long AcquireUpTo(long bytesMin, long bytesWanted)
    {
        lock (_lock)
        {
            var bytes = Math.Max(bytesMin, Math.Min(bytesWanted, bytesMax - _bytesHeld));
            _bytesHeld += bytes;
            return bytes;
        }
    }

    public void Release(long bytes)
    {
        lock (_lock)
        {
            _bytesHeld -= bytes;
            AdmitWaiters();
        }
    }

    private bool Fits(long bytes) => _bytesHeld <= 0 || _bytesHeld + bytes <= bytesMax;

    private void AdmitWaiters()
    {
        while (_waiters.First is { } first && Fits(first.Value.Bytes))
        {
            _waiters.RemoveFirst();
            first.Value.Node = null;
            _bytesHeld += first.Value.Bytes;
            first.Value.Admitted.SetResult();
        }
    }

    private async ValueTask WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => Withdraw(waiter, cancellationToken));
        await waiter.Admitted.Task;
    }

    private void Withdraw(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Node is not { } node)
            {
                return;
            }

            _waiters.Remove(node);
            waiter.Node = null;
            waiter.Admitted.SetCanceled(cancellationToken);
            AdmitWaiters();
        }
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes { get; } = bytes;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Null once admitted or withdrawn.</summary>
        public LinkedListNode<Waiter>? Node { get; set; }
    }
}
