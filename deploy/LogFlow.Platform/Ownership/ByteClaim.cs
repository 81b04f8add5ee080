namespace LogFlow.Platform;

/// <summary>
/// One holder's growing claim to bytes of a <see cref="ByteBudget"/>: it says how many it will need at most, takes them
/// as they arrive, and gives all back when disposed. Used by one caller at a time.
/// </summary>
public sealed class ByteClaim : IDisposable
{
    private readonly ByteBudget _budget;

    internal ByteClaim(ByteBudget budget, long announced, ByteHolder? holder, long opened)
    {
        _budget = budget;
        Announced = announced;
        Holder = holder;
        Opened = opened;
        LastGrowth = opened;
    }

    /// <summary>What it may grow to.</summary>
    public long Announced { get; }

    /// <summary>What it holds now.</summary>
    public long Granted { get; internal set; }

    /// <summary>Who holds it; null for somebody without a name or share.</summary>
    public ByteHolder? Holder { get; }

    // All below is guarded by the budget's lock.
    internal long Opened { get; }

    internal long LastGrowth { get; set; }

    /// <summary>Time it stood in line: that was not its holder's slowness.</summary>
    internal TimeSpan TimeWaited { get; set; }

    /// <summary>Its place in the order of opening; 0 until it first asks.</summary>
    internal long Sequence { get; set; }

    /// <summary>Bytes of the overdraft that are set aside for it: all that it lacked when it was chosen. From then on
    /// it grows by these alone.</summary>
    internal long Promised { get; set; }

    /// <summary>How many of <see cref="Promised"/> it has taken.</summary>
    internal long Overdrawn { get; set; }

    internal ByteWaiter? Waiter { get; set; }

    internal bool IsGivenBack { get; set; }

    /// <summary>Its place in the budget's list of claims that hold bytes and need more.</summary>
    internal int IncompleteIndex { get; set; } = -1;

    internal bool IsComplete => Granted == Announced;

    /// <summary>
    /// Takes <paramref name="bytes"/> more. Waits where the budget is used up: claims that were opened earlier go
    /// first.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More than was announced.</exception>
    public ValueTask GrowAsync(long bytes, CancellationToken cancellationToken) =>
        _budget.GrowAsync(this, bytes, cancellationToken);

    /// <summary>Gives all bytes back; a growth that still waits is cancelled.</summary>
    public void Dispose() => _budget.GiveBack(this);
}
