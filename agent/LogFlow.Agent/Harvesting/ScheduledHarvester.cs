namespace LogFlow.Agent;

/// <summary>
/// Who has a harvester: nobody, a reader thread, the prospector or the recovery. Whoever has it holds a
/// <see cref="HarvesterTurn"/>; there is no other way to take one, and none to keep it beyond its scope. A wake-up that
/// comes while it is taken is remembered.
/// </summary>
internal sealed partial class ScheduledHarvester(Harvester harvester, HarvesterScheduler scheduler)
{
    /// <summary>Somebody has it.</summary>
    private const int Held = 1;

    /// <summary>There may be something to read.</summary>
    private const int Wanted = 2;

    /// <summary>The scheduler has it in its queue. It may be taken all the same: the reader then passes on.</summary>
    private const int InQueue = 4;

    private int _state;

    /// <summary>Changes with each turn, so that a turn is given back once. Written by whoever has the turn.</summary>
    private int _turnNumber;

    /// <summary>The harvester.</summary>
    public Harvester Harvester { get; } = harvester;

    /// <summary>There may be something to read.</summary>
    public void Wake() => Change(set: Wanted, clear: 0);

    /// <summary>Takes it if nobody has it, also when it waits to be read.</summary>
    public HarvesterTurn TryTake()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((state & Held) != 0)
            {
                return default;
            }

            if (Interlocked.CompareExchange(ref _state, state | Held, state) == state)
            {
                return Begin();
            }
        }
    }

    /// <summary>Takes it, after whoever has it now: turns are short.</summary>
    public HarvesterTurn Take()
    {
        var wait = default(SpinWait);
        while (true)
        {
            var turn = TryTake();
            if (turn.IsTaken)
            {
                return turn;
            }

            wait.SpinOnce();
        }
    }

    /// <summary>For the reader that found it in the queue: takes it if it is still wanted there.</summary>
    public HarvesterTurn TryTakeQueued()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var isFree = (state & Held) == 0 && (state & Wanted) != 0;
            var next = isFree ? (state & ~(InQueue | Wanted)) | Held : state & ~InQueue;
            if (Interlocked.CompareExchange(ref _state, next, state) == state)
            {
                return isFree ? Begin() : default;
            }
        }
    }

    private HarvesterTurn Begin()
    {
        Harvester.OwnerThread = Environment.CurrentManagedThreadId;
        return new HarvesterTurn(this, ++_turnNumber);
    }

    private void GiveBack(int turnNumber)
    {
        if (turnNumber == _turnNumber)
        {
            _turnNumber++;
            Harvester.OwnerThread = 0;
            Change(set: 0, clear: Held);
        }
    }

    /// <summary>Who leaves it free and wanted puts it into the queue, once.</summary>
    private void Change(int set, int clear)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var next = (state | set) & ~clear;
            var isDue = (next & (Held | Wanted | InQueue)) == Wanted;
            next |= isDue ? InQueue : 0;
            if (Interlocked.CompareExchange(ref _state, next, state) == state)
            {
                if (isDue)
                {
                    scheduler.Enqueue(this);
                }

                return;
            }
        }
    }
}
