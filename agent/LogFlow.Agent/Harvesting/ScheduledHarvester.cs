namespace LogFlow.Agent;

/// <summary>
/// Who has a harvester: nobody, the queue, a reader thread, or the prospector. A wake-up that comes while it is taken
/// is remembered.
/// <code>
///  idle ──wake──▶ queued ──▶ running ──▶ idle
///   └──take──▶ taken ──▶ idle    (wake while running or taken: queued next)
/// </code>
/// </summary>
internal sealed class ScheduledHarvester(Harvester harvester, HarvesterScheduler scheduler)
{
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Running = 2;
    private const int RunningWoken = 3;
    private const int Taken = 4;
    private const int TakenWoken = 5;

    /// <summary>A new harvester belongs to the prospector that made it.</summary>
    private int _state = Taken;

    /// <summary>The harvester.</summary>
    public Harvester Harvester { get; } = harvester;

    /// <summary>There may be something to read.</summary>
    public void Wake()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var next = state switch { Idle => Queued, Running => RunningWoken, Taken => TakenWoken, _ => state };
            if (next == state)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, next, state) == state)
            {
                if (next == Queued)
                {
                    scheduler.Enqueue(this);
                }

                return;
            }
        }
    }

    /// <summary>A reader thread begins a turn.</summary>
    public void BeginTurn() => Interlocked.Exchange(ref _state, Running);

    /// <summary>The turn is over.</summary>
    public void EndTurn(bool hasMore)
    {
        if (!hasMore && Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
        {
            return;
        }

        Interlocked.Exchange(ref _state, Queued);
        scheduler.Enqueue(this);
    }

    /// <summary>The prospector takes it, if nobody has it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Idle) == Idle;

    /// <summary>The prospector gives it back.</summary>
    public void Release(bool wake)
    {
        if (!wake && Interlocked.CompareExchange(ref _state, Idle, Taken) == Taken)
        {
            return;
        }

        Interlocked.Exchange(ref _state, Queued);
        scheduler.Enqueue(this);
    }
}
