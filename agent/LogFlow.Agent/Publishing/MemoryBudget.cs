namespace LogFlow.Agent;

/// <summary>
/// How many bytes of events may be in memory between reading and acknowledgement. When it is used up readers wait;
/// the log files are the buffer.
/// </summary>
internal sealed class MemoryBudget(long limit) : IDisposable
{
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private long _used;

    /// <summary>Bytes in use.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>The bound.</summary>
    public long Limit => limit;

    /// <summary>Takes bytes if they fit. What alone exceeds the limit fits when nothing else is there.</summary>
    public bool TryReserve(long bytes)
    {
        while (true)
        {
            var used = Volatile.Read(ref _used);
            if (used != 0 && used + bytes > limit)
            {
                _room.Reset();

                // A release between the look and the reset would go unnoticed.
                if (Volatile.Read(ref _used) == used)
                {
                    return false;
                }

                _room.Set();
                continue;
            }

            if (Interlocked.CompareExchange(ref _used, used + bytes, used) == used)
            {
                return true;
            }
        }
    }

    /// <summary>Takes bytes whatever the limit: for what is in memory already.</summary>
    public void Reserve(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Gives bytes back.</summary>
    public void Release(long bytes)
    {
        if (bytes != 0)
        {
            Interlocked.Add(ref _used, -bytes);
            _room.Set();
        }
    }

    /// <summary>Waits, after a refusal, until something was given back.</summary>
    public void WaitForRoom(CancellationToken cancellationToken) => _room.Wait(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _room.Dispose();
}
