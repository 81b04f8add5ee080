namespace LogFlow.Platform;

/// <summary>
/// Wakes one waiting loop; setting it while nobody waits wakes the next wait at once, and setting it twice counts once.
/// </summary>
/// <param name="time">The clock of waits that end by themselves.</param>
public sealed class AsyncSignal(TimeProvider time)
{
    // Guards the two below.
    private readonly Lock _gate = new();
    private bool _isSet;
    private TaskCompletionSource? _waiter;

    /// <summary>Wakes the loop, now or when it next waits. Any thread.</summary>
    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _isSet = waiter is null;
        }

        waiter?.TrySetResult();
    }

    /// <summary>Waits until set. One waiter at a time.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits until set, or until the time is over. One waiter at a time.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, also where it is set: a loop whose own work sets the
    /// signal would else never end.</exception>
    public async ValueTask WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return;
            }

            _waiter = waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // The time being over is one of the two things waited for, and no exception.
        await waiter.Task.WaitAsync(timeout, time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_waiter == waiter)
            {
                _waiter = null;
            }
        }

        if (!waiter.Task.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
