namespace LogFlow.Platform;

/// <summary>
/// The one way to begin work that nobody awaits on the spot: loops, timers, sends under way. An owner has one of these,
/// begins its work through it, and disposes it: then the work is asked to end and awaited.
/// Work that throws faults <see cref="Completion"/>, which the owner watches or passes on to its own: nothing dies in
/// silence. Being cancelled counts as an end only after the stop was asked for; before that it is a fault like any
/// other.
/// </summary>
public sealed class BackgroundWork : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The owner counts as one until it stops.
    private int _running = 1;
    private int _isStopped;
    private int _isDisposed;

    /// <summary>Work that ends when its owner disposes this, or when <paramref name="stopping"/> fires.</summary>
    public BackgroundWork(CancellationToken stopping = default)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Stopping = _stopping.Token;
    }

    /// <summary>
    /// Faulted by the first work that fails, with a <see cref="BackgroundWorkException"/> that names it; completed when
    /// all work has ended after the stop.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Fires when the work has to end.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Begins work on the thread pool.</summary>
    /// <param name="name">What it is, for the message of its failure: "retention", "heartbeats".</param>
    /// <param name="body">The work; its token fires when it has to end.</param>
    /// <returns>False where the owner has stopped: then nothing is begun.</returns>
    public bool Start(string name, Func<CancellationToken, Task> body)
    {
        if (!TryEnter())
        {
            return false;
        }

        _ = Task.Run(() => RunAsync(name, body));
        return true;
    }

    /// <summary>Begins work on this thread, up to its first wait.</summary>
    /// <inheritdoc cref="Start"/>
    public bool StartHere(string name, Func<CancellationToken, Task> body)
    {
        if (!TryEnter())
        {
            return false;
        }

        _ = RunAsync(name, body);
        return true;
    }

    /// <summary>Asks all work to end and returns when it has. A failure is not thrown here: it is in
    /// <see cref="Completion"/>.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await DrainAsync();
    }

    /// <summary>Begins no more, and returns when all work begun so far has ended by itself.</summary>
    public async Task DrainAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 0)
        {
            Leave();
        }

        await _ended.Task;
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await StopAsync();
            _stopping.Dispose();
        }
    }

    private async Task RunAsync(string name, Func<CancellationToken, Task> body)
    {
        try
        {
            await body(Stopping);
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // It was asked to end, and did.
        }
        catch (Exception error)
        {
            if (_completion.TrySetException(new BackgroundWorkException(name, error)))
            {
                // Looked at here, so that an owner which is already ending need not.
                _ = _completion.Task.Exception;
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>False where the owner has stopped: work that begins then is work that nobody waits for.</summary>
    private bool TryEnter()
    {
        var running = Volatile.Read(ref _running);
        while (running > 0 && Volatile.Read(ref _isStopped) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _running, running + 1, running);
            if (seen == running)
            {
                return true;
            }

            running = seen;
        }

        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
