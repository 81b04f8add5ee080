namespace LogFlow.Queue.Storage;

/// <summary>
/// Those who wait for more of a partition. Each change makes a new array, so that telling needs no lock.
/// </summary>
internal sealed class HighWatermarkListeners
{
    // Guards changes of _listeners.
    private readonly Lock _lock = new();
    private volatile IHighWatermarkListener[] _listeners = [];

    public void Add(IHighWatermarkListener listener)
    {
        lock (_lock)
        {
            _listeners = [.. _listeners, listener];
        }
    }

    public void Remove(IHighWatermarkListener listener)
    {
        lock (_lock)
        {
            var index = Array.IndexOf(_listeners, listener);
            if (index >= 0)
            {
                _listeners = [.. _listeners[..index], .. _listeners[(index + 1)..]];
            }
        }
    }

    public void Notify(PartitionLog log)
    {
        foreach (var listener in _listeners)
        {
            listener.OnHighWatermarkAdvanced(log);
        }
    }
}
