namespace LogFlow.Kafka.Client;

/// <summary>Tasks that nobody awaits one by one, but that must have ended before their owner has.</summary>
internal sealed class BackgroundTasks
{
    // Guards _running.
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Starts work, synchronously up to its first wait. The work handles its own failures.</summary>
    public void Run(Func<Task> work)
    {
        var task = work();
        if (task.IsCompleted)
        {
            return;
        }

        lock (_gate)
        {
            _running.Add(task);
        }

        _ = task.ContinueWith(
            finished =>
            {
                lock (_gate)
                {
                    _running.Remove(finished);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    public Task WhenAllAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        return Task.WhenAll(running);
    }
}
