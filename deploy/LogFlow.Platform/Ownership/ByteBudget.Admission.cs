namespace LogFlow.Platform;

/// <content>Who gets bytes, and in which order. Everything here runs under the budget's lock.</content>
public sealed partial class ByteBudget
{
    /// <summary>What all but small claims may hold.</summary>
    private long GeneralMax => _options.BytesMax - _options.ReserveBytes;

    private static bool IsShareBlocked(ByteWaiter waiter, long shareBytesMax) =>
        waiter.Claim?.Holder is { } holder && holder.Held + waiter.Bytes > shareBytesMax;

    /// <summary>Nobody who was here first is passed over.</summary>
    private bool MayPass(long bytes) => IsSmall(bytes) ? _small.Count == 0 : _large.Count == 0;

    private bool FitsNew(long bytes) =>
        (_claims < _options.ClaimsMax || _claims == 0) && FitsBytes(bytes, IsSmall(bytes));

    private bool Fits(ByteClaim claim, long bytes) =>
        (claim.Granted > 0 || _claims < _options.ClaimsMax)
        && (claim.Holder is not { } holder || holder.Held + bytes <= _options.ShareBytesMax)
        && FitsBytes(bytes, IsSmall(claim.Announced));

    /// <summary>Small claims use their reserve first, then what is left of the rest.</summary>
    private bool FitsBytes(long bytes, bool isSmall)
    {
        var reserve = _options.ReserveBytes;
        if (isSmall && _smallBytes + bytes <= reserve)
        {
            return true;
        }

        // Small ones take of the rest only what no large one waits for: they would else keep it from them for ever.
        if (isSmall && _large.Count > 0)
        {
            return false;
        }

        var largeAfter = _largeBytes + (isSmall ? 0 : bytes);
        var smallAfter = _smallBytes + (isSmall ? bytes : 0);
        return largeAfter + Math.Max(0, smallAfter - reserve) <= GeneralMax
            || (bytes > GeneralMax && _largeBytes + _overdrawn == 0 && _smallBytes <= reserve);
    }

    private ByteWaiter Enqueue(ByteClaim? claim, long bytes, bool isSmall, long sequence)
    {
        var waiter = new ByteWaiter(claim, bytes, isSmall, sequence, _time.GetTimestamp());
        (isSmall ? _small : _large).Add(waiter);
        Interlocked.Increment(ref _waits);
        return waiter;
    }

    /// <summary>Takes a waiter out of the line, served or not.</summary>
    private void Leave(ByteWaiter waiter)
    {
        (waiter.IsSmall ? _small : _large).Remove(waiter);
        if (waiter.Claim is { } claim)
        {
            claim.Waiter = null;
            claim.TimeWaited += _time.GetElapsedTime(waiter.Began);
        }
    }

    /// <summary>Serves whom it can; called whenever something was given back, or somebody came or left.</summary>
    private void Admit()
    {
        // The large ones first: while one of them waits, small ones keep to their reserve.
        AdmitFrom(_large);
        AdmitFrom(_small);
        LendOverdraft();
        SetTimer();
    }

    private void AdmitFrom(SortedSet<ByteWaiter> waiters)
    {
        while (waiters.Count > 0)
        {
            ByteWaiter? next = null;
            foreach (var waiter in waiters)
            {
                // Its own holder has to give something back first: that is nobody else's wait.
                if (!IsShareBlocked(waiter, _options.ShareBytesMax))
                {
                    next = waiter;
                    break;
                }
            }

            if (next is null || !(next.Claim is { } claim ? Fits(claim, next.Bytes) : FitsNew(next.Bytes)))
            {
                return;
            }

            Serve(next);
        }
    }

    private void Serve(ByteWaiter waiter)
    {
        Leave(waiter);
        if (waiter.Claim is { } claim)
        {
            Grant(claim, waiter.Bytes);
        }
        else
        {
            Add(waiter.Bytes, waiter.IsSmall);
        }

        waiter.Admitted.SetResult();
    }

    /// <summary>
    /// When claims that may still grow hold everything, nobody would ever be done: the oldest of those that wait gets
    /// all it lacks from the overdraft. One at a time, until it is given back or stalls.
    /// </summary>
    private void LendOverdraft()
    {
        if (_small.Count + _large.Count == 0
            || (_overdrawer is { } current && _time.GetElapsedTime(current.LastGrowth) < _options.StallAfter))
        {
            return;
        }

        var chosen = FirstThatMayOverdraw(_large);
        if (FirstThatMayOverdraw(_small) is { } small && (chosen is null || small.Sequence < chosen.Sequence))
        {
            chosen = small;
        }

        if (chosen?.Claim is { } claim)
        {
            claim.Promised = claim.Announced - claim.Granted;
            _promised += claim.Promised;
            _overdrawer = claim;
            Serve(chosen);
        }
    }

    private ByteWaiter? FirstThatMayOverdraw(SortedSet<ByteWaiter> waiters)
    {
        foreach (var waiter in waiters)
        {
            // Where its holder's own share is the reason, and complete claims of it will come back, it waits for those.
            if (waiter.Claim is { } claim
                && claim.Announced - claim.Granted <= _options.OverdraftBytesMax - _promised
                && (!IsShareBlocked(waiter, _options.ShareBytesMax) || claim.Holder!.CompleteBytes == 0))
            {
                return waiter;
            }
        }

        return null;
    }

    private void Add(long bytes, bool isSmall)
    {
        _claims++;
        AddBytes(bytes, isSmall);
    }

    private void Subtract(long bytes, bool isSmall)
    {
        _claims--;
        AddBytes(-bytes, isSmall);
        if (_claims < 0 || _smallBytes < 0 || _largeBytes < 0)
        {
            throw new InvalidOperationException("more was given back to a byte budget than was taken");
        }
    }

    private void AddBytes(long bytes, bool isSmall)
    {
        if (isSmall)
        {
            _smallBytes += bytes;
        }
        else
        {
            _largeBytes += bytes;
        }
    }

    private void Grant(ByteClaim claim, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        _claims += claim.Granted == 0 ? 1 : 0;
        claim.Granted += bytes;
        claim.LastGrowth = _time.GetTimestamp();
        var isOverdraft = claim.Promised > 0;
        if (isOverdraft)
        {
            claim.Overdrawn += bytes;
            _overdrawn += bytes;
        }
        else
        {
            AddBytes(bytes, IsSmall(claim.Announced));
        }

        Track(claim);
        if (claim.Holder is { } holder)
        {
            holder.Held += isOverdraft ? 0 : bytes;
            holder.Overdrawn += isOverdraft ? bytes : 0;
            holder.CompleteBytes += claim.IsComplete ? claim.Granted : 0;
            Track(holder);
        }
    }

    private void Release(ByteClaim claim)
    {
        if (_overdrawer == claim)
        {
            _overdrawer = null;
        }

        if (claim.Granted == 0)
        {
            return;
        }

        var bytes = claim.Granted - claim.Overdrawn;
        _overdrawn -= claim.Overdrawn;
        _promised -= claim.Promised;
        Subtract(bytes, IsSmall(claim.Announced));
        if (claim.Holder is { } holder)
        {
            holder.Held -= bytes;
            holder.Overdrawn -= claim.Overdrawn;
            holder.CompleteBytes -= claim.IsComplete ? claim.Granted : 0;
            Track(holder);
        }

        Untrack(claim);
    }
}
