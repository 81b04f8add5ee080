namespace LogFlow.Agent;

/// <summary>
/// Incarnations that ended. For a while a copy that rotation made of one may turn up and continue it; its state stays
/// in the registry until all that was read of it is acknowledged. Nothing here costs more the more of them there are:
/// they are found by the stem of their names and leave in the order in which they ended. Thread-safe.
/// </summary>
internal sealed class EndedIncarnations(Registry registry, TimeProvider time)
{
    /// <summary>A copy made by rotation shows up within this time after the truncation of its original.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    /// <summary>Guards all below.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<long, EndedIncarnation> _byGeneration = [];
    private readonly Dictionary<string, List<EndedIncarnation>> _byStem = new(StringComparer.Ordinal);

    /// <summary>In the order in which they ended; those that went on elsewhere are passed over.</summary>
    private readonly Queue<EndedIncarnation> _order = new();

    /// <summary>Those whose unread bytes, if any, are still to be looked for.</summary>
    private readonly Queue<EndedIncarnation> _unsettled = new();

    /// <summary>Those of which something is not acknowledged: as many as the memory budget lets be.</summary>
    private readonly List<EndedIncarnation> _unacknowledged = [];

    /// <summary>How many are known.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byGeneration.Count;
            }
        }
    }

    /// <summary>An incarnation has ended.</summary>
    public void Add(EndedIncarnation ended)
    {
        lock (_lock)
        {
            _byGeneration[ended.State.Generation] = ended;
            _order.Enqueue(ended);
            var stem = RotatedName.StemOf(ended.State.Path);
            if (!_byStem.TryGetValue(stem, out var named))
            {
                _byStem[stem] = named = [];
            }

            named.Add(ended);
            if (ended.IsKept)
            {
                _unsettled.Enqueue(ended);
            }
            else
            {
                _unacknowledged.Add(ended);
            }
        }
    }

    /// <summary>The next one that ended some time ago and that no file continues; null: there is none now.</summary>
    public EndedIncarnation? TakeUnsettled(TimeSpan age)
    {
        lock (_lock)
        {
            while (_unsettled.TryPeek(out var ended) && time.GetElapsedTime(ended.EndedAt) >= age)
            {
                _unsettled.Dequeue();
                if (_byGeneration.GetValueOrDefault(ended.State.Generation) == ended)
                {
                    return ended;
                }
            }

            return null;
        }
    }

    /// <summary>Whether all that was read of them is acknowledged.</summary>
    public bool AreAcknowledged()
    {
        lock (_lock)
        {
            return _byGeneration.Values.All(ended => registry.IsAcknowledged(ended.State, ended.Position));
        }
    }

    /// <summary>Its copies could not be looked at.</summary>
    public void SettleLater(EndedIncarnation ended)
    {
        lock (_lock)
        {
            _unsettled.Enqueue(ended);
        }
    }

    /// <summary>An incarnation goes on in another file.</summary>
    public void Revive(FileState state)
    {
        lock (_lock)
        {
            Remove(state.Generation);
            _unacknowledged.RemoveAll(ended => ended.State == state);
        }
    }

    /// <summary>Those that a path may be a copy of, by its name.</summary>
    public List<EndedIncarnation> PossibleOriginalsOf(string path)
    {
        var found = new List<EndedIncarnation>();
        lock (_lock)
        {
            foreach (var stem in RotatedName.PossibleStems(path))
            {
                if (_byStem.TryGetValue(stem, out var named))
                {
                    found.AddRange(named.Where(ended => RotatedName.IsOf(path, ended.State.Path)));
                }
            }
        }

        return found;
    }

    /// <summary>What is before a position is done with; false: the incarnation is not among these.</summary>
    public bool TryContinueAt(long generation, long position, uint tailCrc)
    {
        lock (_lock)
        {
            if (!_byGeneration.TryGetValue(generation, out var ended))
            {
                return false;
            }

            ended.ContinueAt(position, tailCrc);
            return true;
        }
    }

    /// <summary>
    /// Forgets those of which all is acknowledged and that nothing can continue any more.
    /// </summary>
    public void Release()
    {
        lock (_lock)
        {
            while (_order.TryPeek(out var oldest) && time.GetElapsedTime(oldest.EndedAt) > Kept)
            {
                _order.Dequeue();
                if (_byGeneration.GetValueOrDefault(oldest.State.Generation) != oldest)
                {
                    continue;
                }

                Remove(oldest.State.Generation);
                _unacknowledged.Remove(oldest);
                if (!TryRemoveState(oldest))
                {
                    _unacknowledged.Add(oldest);
                }
            }

            _unacknowledged.RemoveAll(TryRemoveState);
        }
    }

    private bool TryRemoveState(EndedIncarnation ended)
    {
        var isDone = registry.IsAcknowledged(ended.State, ended.Position);
        if (isDone)
        {
            registry.RemoveFile(ended.State);
        }

        return isDone;
    }

    private void Remove(long generation)
    {
        if (!_byGeneration.Remove(generation, out var ended))
        {
            return;
        }

        var stem = RotatedName.StemOf(ended.State.Path);
        if (_byStem.TryGetValue(stem, out var named) && named.Remove(ended) && named.Count == 0)
        {
            _byStem.Remove(stem);
        }
    }
}
