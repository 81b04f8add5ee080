using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>The batches of some lanes that go over one connection, in order, until each is acknowledged.</summary>
internal sealed class LumberjackQueue(OutputTrouble trouble, TimeProvider time)
{
    /// <summary>Guards the batches and what was sent of them.</summary>
    private readonly Lock _lock = new();
    private readonly LinkedList<LumberjackBatch> _batches = new();
    private readonly AsyncSignal _signal = new(time);

    /// <summary>Everything is acknowledged.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _batches.Count == 0;
            }
        }
    }

    /// <summary>Acknowledgements so far.</summary>
    public long Progress { get; private set; }

    public void Add(LumberjackBatch batch)
    {
        lock (_lock)
        {
            _batches.AddLast(batch);
        }

        _signal.Set();
    }

    /// <summary>A new connection was given nothing yet.</summary>
    public void BeginAnew()
    {
        lock (_lock)
        {
            foreach (var batch in _batches)
            {
                batch.Sent = batch.Acknowledged;
            }
        }
    }

    /// <summary>The next events to send; null: there are none.</summary>
    public LumberjackWindow? TryTake(int countMax)
    {
        lock (_lock)
        {
            foreach (var batch in _batches)
            {
                if (batch.Sent < batch.Count)
                {
                    var window = new LumberjackWindow(batch, batch.Sent, Math.Min(countMax, batch.Count - batch.Sent));
                    batch.Sent += window.Count;
                    return window;
                }
            }

            return null;
        }
    }

    /// <summary>The server has a batch up to an event.</summary>
    public void Acknowledge(LumberjackBatch batch, int count)
    {
        bool isComplete;
        lock (_lock)
        {
            Progress++;
            isComplete = batch.AcknowledgeTo(count) && _batches.Remove(batch);
        }

        if (isComplete)
        {
            batch.Complete();
        }

        trouble.Over();
        _signal.Set();
    }

    /// <summary>Waits until something has changed.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => _signal.WaitAsync(cancellationToken);

    /// <summary>Lets the waiting loop look again.</summary>
    public void Wake() => _signal.Set();

    /// <summary>The agent stops.</summary>
    public void CancelAll()
    {
        LumberjackBatch[] left;
        lock (_lock)
        {
            left = [.. _batches];
            _batches.Clear();
        }

        foreach (var batch in left)
        {
            batch.Cancel();
        }
    }
}
