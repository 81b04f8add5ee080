namespace LogFlow.Queue.Storage;

/// <summary>
/// Which offset each leader epoch of a partition began at, so that a consumer which read past a crash learns where the
/// log was cut (KIP-320). Kept in the checkpoint, made again from batch headers behind it. Reads need no lock.
/// </summary>
internal sealed class LeaderEpochs
{
    private volatile (int Epoch, long StartOffset)[] _entries = [];

    public IReadOnlyList<(int Epoch, long StartOffset)> Entries => _entries;

    public int Latest => _entries is [.., var last] ? last.Epoch : -1;

    /// <summary>An epoch begins. An older one that began there or later had no records, and goes.</summary>
    public void Assign(int epoch, long startOffset)
    {
        var entries = _entries;
        if (entries is [.., var last] && last.Epoch >= epoch)
        {
            return;
        }

        var kept = entries.AsSpan();
        while (kept is [.., var lastKept] && lastKept.StartOffset >= startOffset)
        {
            kept = kept[..^1];
        }

        _entries = [.. kept, (epoch, startOffset)];
    }

    /// <summary>The log now starts later: only the epoch in force there is kept of those before.</summary>
    public void TruncateStart(long logStartOffset)
    {
        var entries = _entries;
        var first = 0;
        while (first + 1 < entries.Length && entries[first + 1].StartOffset <= logStartOffset)
        {
            first++;
        }

        if (first > 0 || (entries.Length > 0 && entries[0].StartOffset < logStartOffset))
        {
            var kept = entries[first..];
            kept[0].StartOffset = Math.Max(kept[0].StartOffset, logStartOffset);
            _entries = kept;
        }
    }

    /// <summary>The epoch in force at an offset; -1: none is known.</summary>
    public int FindEpoch(long offset)
    {
        var found = -1;
        foreach (var (epoch, startOffset) in _entries)
        {
            if (found >= 0 && startOffset > offset)
            {
                break;
            }

            found = epoch;
        }

        return found;
    }

    /// <summary>Kafka's LeaderEpochFileCache.endOffsetFor.</summary>
    public EpochEndOffset FindEnd(int requestedEpoch, long logEndOffset)
    {
        var entries = _entries;
        if (requestedEpoch < 0)
        {
            return new EpochEndOffset(-1, -1);
        }

        if (entries is [.., var last] && last.Epoch == requestedEpoch)
        {
            return new EpochEndOffset(requestedEpoch, logEndOffset);
        }

        var floorEpoch = requestedEpoch;
        foreach (var (epoch, startOffset) in entries)
        {
            if (epoch > requestedEpoch)
            {
                return new EpochEndOffset(floorEpoch, startOffset);
            }

            floorEpoch = epoch;
        }

        return new EpochEndOffset(-1, -1);
    }
}
