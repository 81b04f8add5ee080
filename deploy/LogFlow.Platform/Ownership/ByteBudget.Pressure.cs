namespace LogFlow.Platform;

/// <content>What happens while somebody waits: it is said, the overdraft passes on, the slow are cut off.</content>
public sealed partial class ByteBudget
{
    private TimeSpan TickInterval
    {
        get
        {
            var shortest = _options.StallAfter < _options.CutAfter ? _options.StallAfter : _options.CutAfter;
            return shortest < _options.ReportAfter ? shortest : _options.ReportAfter;
        }
    }

    /// <summary>Runs only while somebody waits.</summary>
    private void SetTimer()
    {
        if (_isTimerSet || _isDisposed || _small.Count + _large.Count == 0)
        {
            return;
        }

        _isTimerSet = true;
        _timer ??= _time.CreateTimer(
            static self => ((ByteBudget)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TickInterval, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        ByteBudgetWait? report = null;
        List<ByteHolder>? slow = null;
        lock (_lock)
        {
            _isTimerSet = false;
            Admit();
            if (LongestWaiter() is { } longest)
            {
                var waited = _time.GetElapsedTime(longest.Began);
                report = Report(waited);
                slow = waited < _options.CutAfter ? null : ChooseSlow(longest);
            }
        }

        foreach (var holder in slow ?? [])
        {
            Interlocked.Increment(ref _cuts);
            holder.Cut!();
        }

        if (report is { } wait)
        {
            LongWait?.Invoke(wait);
        }
    }

    /// <summary>Who has waited longest, not counting those that wait for their own holder.</summary>
    private ByteWaiter? LongestWaiter()
    {
        ByteWaiter? longest = null;
        foreach (var waiters in (ReadOnlySpan<SortedSet<ByteWaiter>>)[_small, _large])
        {
            foreach (var waiter in waiters)
            {
                var isOwnWait = IsShareBlocked(waiter, _options.ShareBytesMax)
                    && waiter.Claim!.Holder!.CompleteBytes > 0;
                if (!isOwnWait && (longest is null || waiter.Began < longest.Began))
                {
                    longest = waiter;
                }
            }
        }

        return longest;
    }

    private ByteBudgetWait? Report(TimeSpan waited)
    {
        if (waited < _options.ReportAfter || _time.GetElapsedTime(_lastReport) < _options.ReportAfter)
        {
            return null;
        }

        _lastReport = _time.GetTimestamp();
        Interlocked.Increment(ref _reportedWaits);
        ByteHolder? largest = null;
        foreach (var holder in _holders)
        {
            if (largest is null || holder.Held + holder.Overdrawn > largest.Held + largest.Overdrawn)
            {
                largest = holder;
            }
        }

        return new ByteBudgetWait(
            waited,
            _small.Count + _large.Count,
            Held,
            largest?.Name ?? "somebody",
            largest is null ? Held : largest.Held + largest.Overdrawn);
    }

    /// <summary>
    /// The slowest of those that hold bytes and have still to bring some, as many as it takes to serve who has waited
    /// too long. Time in the line is not their slowness.
    /// </summary>
    private List<ByteHolder>? ChooseSlow(ByteWaiter longest)
    {
        var wanted = 0L;
        foreach (var waiters in (ReadOnlySpan<SortedSet<ByteWaiter>>)[_small, _large])
        {
            foreach (var waiter in waiters)
            {
                wanted += _time.GetElapsedTime(waiter.Began) >= _options.CutAfter ? waiter.Bytes : 0;
            }
        }

        var slow = new List<(double Rate, ByteClaim Claim)>();
        foreach (var claim in _incomplete)
        {
            if (claim.Holder is not { Cut: not null } holder || claim == longest.Claim)
            {
                continue;
            }

            if (holder.IsCut)
            {
                // On its way out already.
                wanted -= claim.Granted;
                continue;
            }

            var waiting = claim.Waiter is { } waiter ? _time.GetElapsedTime(waiter.Began) : TimeSpan.Zero;
            var active = _time.GetElapsedTime(claim.Opened) - claim.TimeWaited - waiting;
            var rate = claim.Granted / Math.Max(active.TotalSeconds, 1e-3);
            if (active >= _options.CutAfter && rate < _options.SlowBytesPerSecond)
            {
                slow.Add((rate, claim));
            }
        }

        slow.Sort(static (left, right) => left.Rate.CompareTo(right.Rate));
        List<ByteHolder>? chosen = null;
        foreach (var (_, claim) in slow)
        {
            if (wanted <= 0)
            {
                break;
            }

            wanted -= Math.Max(claim.Granted, claim.Promised);
            claim.Holder!.IsCut = true;
            (chosen ??= []).Add(claim.Holder);
        }

        return chosen;
    }

    /// <summary>Keeps the list of claims that hold bytes and may still grow.</summary>
    private void Track(ByteClaim claim)
    {
        if (claim.IsComplete)
        {
            Untrack(claim);
        }
        else if (claim.IncompleteIndex < 0)
        {
            claim.IncompleteIndex = _incomplete.Count;
            _incomplete.Add(claim);
        }
    }

    private void Untrack(ByteClaim claim)
    {
        if (claim.IncompleteIndex < 0)
        {
            return;
        }

        var last = _incomplete[^1];
        _incomplete[claim.IncompleteIndex] = last;
        last.IncompleteIndex = claim.IncompleteIndex;
        _incomplete.RemoveAt(_incomplete.Count - 1);
        claim.IncompleteIndex = -1;
    }

    /// <summary>Keeps the list of holders that hold anything.</summary>
    private void Track(ByteHolder holder)
    {
        var holds = holder.Held + holder.Overdrawn > 0;
        if (holds && holder.Index < 0)
        {
            holder.Index = _holders.Count;
            _holders.Add(holder);
        }
        else if (!holds && holder.Index >= 0)
        {
            var last = _holders[^1];
            _holders[holder.Index] = last;
            last.Index = holder.Index;
            _holders.RemoveAt(_holders.Count - 1);
            holder.Index = -1;
        }
    }
}
