namespace LogFlow.Platform;

/// <summary>
/// A number of bytes that may be held at once; who wants more waits, first come first served. Two ways to hold:
/// <see cref="TakeAsync"/> and <see cref="Return"/> for what is there at once, and <see cref="Open"/> for what arrives
/// bit by bit, which counts what has arrived and not what was announced.
/// <list type="bullet">
/// <item>Small claims have a reserve of their own and never stand behind large ones.</item>
/// <item>No holder takes more than its share of what others wait for.</item>
/// <item>Claims that fill the budget and all need more do not stand still: the oldest goes on by the overdraft, which
/// passes on when that one is done or stalls, and whoever holds bytes and is slow is cut off after a while.</item>
/// </list>
/// Never held: more than BytesMax + OverdraftBytesMax, but for one single take that alone exceeds BytesMax.
/// </summary>
public sealed partial class ByteBudget : IDisposable
{
    private readonly ByteBudgetOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Guards all fields below and what claims and holders keep for us; callbacks run outside of it.</summary>
    private readonly Lock _lock = new();
    private readonly SortedSet<ByteWaiter> _small = new(ByteWaiter.BySequence);
    private readonly SortedSet<ByteWaiter> _large = new(ByteWaiter.BySequence);
    private readonly List<ByteHolder> _holders = [];
    private readonly List<ByteClaim> _incomplete = [];
    private long _nextSequence = 1;
    private long _smallBytes;
    private long _largeBytes;
    private long _overdrawn;
    private long _promised;
    private int _claims;
    private ByteClaim? _overdrawer;
    private ITimer? _timer;
    private bool _isTimerSet;
    private bool _isDisposed;
    private long _lastReport;
    private long _waits;
    private long _reportedWaits;
    private long _cuts;

    /// <summary>A budget of <paramref name="bytesMax"/> bytes without shares, reserve or growing claims.</summary>
    public ByteBudget(long bytesMax)
        : this(new ByteBudgetOptions { BytesMax = bytesMax }, TimeProvider.System)
    {
    }

    /// <summary>A budget.</summary>
    public ByteBudget(ByteBudgetOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.ReserveBytes, options.BytesMax);
        _options = options;
        _time = time;
        _lastReport = time.GetTimestamp();
    }

    /// <summary>
    /// Told, on a thread of the pool, when somebody has waited long, and again while that lasts.
    /// </summary>
    public event Action<ByteBudgetWait>? LongWait;

    /// <summary>What may be held, without the overdraft.</summary>
    public long BytesMax => _options.BytesMax;

    /// <summary>What is held now.</summary>
    public long BytesHeld
    {
        get
        {
            lock (_lock)
            {
                return Held;
            }
        }
    }

    /// <summary>How many wait now.</summary>
    public int WaiterCount
    {
        get
        {
            lock (_lock)
            {
                return _small.Count + _large.Count;
            }
        }
    }

    /// <summary>Times somebody had to wait.</summary>
    public long Waits => Interlocked.Read(ref _waits);

    /// <summary>Times that <see cref="LongWait"/> was raised.</summary>
    public long ReportedWaits => Interlocked.Read(ref _reportedWaits);

    /// <summary>Holders that were cut off because others waited for what they held.</summary>
    public long Cuts => Interlocked.Read(ref _cuts);

    private long Held => _smallBytes + _largeBytes + _overdrawn;

    /// <summary>Takes the bytes if they are free and nobody waits for some.</summary>
    public bool TryTake(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_lock)
        {
            if (!MayPass(bytes) || !FitsNew(bytes))
            {
                return false;
            }

            Add(bytes, IsSmall(bytes));
            return true;
        }
    }

    /// <summary>
    /// Takes the bytes when they are free and it is their turn; more than all there is, when nothing else is held.
    /// <see cref="Return"/> gives them back.
    /// </summary>
    public ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ByteWaiter waiter;
        lock (_lock)
        {
            if (MayPass(bytes) && FitsNew(bytes))
            {
                Add(bytes, IsSmall(bytes));
                return ValueTask.CompletedTask;
            }

            waiter = Enqueue(claim: null, bytes, IsSmall(bytes), _nextSequence++);
            Admit();
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Takes the bytes whatever is held: for what is in memory already.</summary>
    public void Take(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_lock)
        {
            Add(bytes, IsSmall(bytes));
        }
    }

    /// <summary>
    /// Takes what is left, at least <paramref name="bytesMin"/> however full it is, at most
    /// <paramref name="bytesWanted"/>. Given back by <see cref="Return"/> in one piece.
    /// </summary>
    public long TakeUpTo(long bytesMin, long bytesWanted)
    {
        lock (_lock)
        {
            var bytes = Math.Max(bytesMin, Math.Min(bytesWanted, _options.BytesMax - Held));
            Add(bytes, IsSmall(bytes));
            return bytes;
        }
    }

    /// <summary>What one take has taken becomes less, or more whatever is held: for what is known only
    /// afterwards.</summary>
    public void Resize(long bytesTaken, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_lock)
        {
            Subtract(bytesTaken, IsSmall(bytesTaken));
            Add(bytes, IsSmall(bytes));
            Admit();
        }
    }

    /// <summary>Gives back what one take holds, all of it.</summary>
    public void Return(long bytes)
    {
        lock (_lock)
        {
            Subtract(bytes, IsSmall(bytes));
            Admit();
        }
    }

    /// <summary>Begins a claim that will grow to at most <paramref name="announced"/> bytes. It holds none
    /// yet.</summary>
    public ByteClaim Open(long announced, ByteHolder? holder = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(announced);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            announced, Math.Max(_options.OverdraftBytesMax, _options.BytesMax - _options.ReserveBytes));
        return new ByteClaim(this, announced, holder, _time.GetTimestamp());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    internal ValueTask GrowAsync(ByteClaim claim, long bytes, CancellationToken cancellationToken)
    {
        ByteWaiter waiter;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(claim.IsGivenBack, claim);
            ArgumentOutOfRangeException.ThrowIfNegative(bytes);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, claim.Announced - claim.Granted);
            if (claim.Waiter is not null)
            {
                throw new InvalidOperationException("the claim is growing already");
            }

            if (claim.Sequence == 0)
            {
                claim.Sequence = _nextSequence++;
            }

            if (bytes == 0 || claim.Promised > 0 || (MayPass(claim.Announced) && Fits(claim, bytes)))
            {
                Grant(claim, bytes);
                return ValueTask.CompletedTask;
            }

            waiter = Enqueue(claim, bytes, IsSmall(claim.Announced), claim.Sequence);
            claim.Waiter = waiter;
            Admit();
        }

        return WaitAsync(waiter, cancellationToken);
    }

    internal void GiveBack(ByteClaim claim)
    {
        lock (_lock)
        {
            if (claim.IsGivenBack)
            {
                return;
            }

            claim.IsGivenBack = true;
            if (claim.Waiter is { } waiter)
            {
                Leave(waiter);
                waiter.Admitted.SetCanceled();
            }

            Release(claim);
            Admit();
        }
    }

    private bool IsSmall(long bytes) => bytes <= _options.SmallBytesMax && _options.ReserveBytes > 0;

    private void Withdraw(ByteWaiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Admitted.Task.IsCompleted)
            {
                return;
            }

            Leave(waiter);
            waiter.Admitted.SetCanceled(cancellationToken);
            Admit();
        }
    }

    private async ValueTask WaitAsync(ByteWaiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => Withdraw(waiter, cancellationToken));
        await waiter.Admitted.Task;
    }
}
