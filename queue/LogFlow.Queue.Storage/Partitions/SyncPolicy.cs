namespace LogFlow.Queue.Storage;

/// <summary>
/// When a partition is synced: with every group commit, or, where the topic's durability is relaxed
/// (<see cref="TopicConfig.IsDurabilityRelaxed"/>), after so many records or so much time. Writer thread.
/// </summary>
internal sealed class SyncPolicy(Topic topic)
{
    // Records and time since the last sync; only relaxed topics have any between two groups.
    private long _unsyncedRecords;
    private long _unsyncedSinceMs;
    private volatile bool _hasUnsynced;
    private bool _endsTransaction;

    /// <summary>Something was acknowledged that is not synced yet. Any thread.</summary>
    public bool HasUnsynced => _hasUnsynced;

    /// <summary>
    /// A transaction ends in this group. Its coordinator forgets it once the marker is acknowledged, so that must be
    /// durable, and with it the transaction's records, whatever the topic's own settings are.
    /// </summary>
    public void TransactionEnds() => _endsTransaction = true;

    /// <summary>Whether records of a group, or those before, have to be durable now.</summary>
    public bool IsDue(long newRecords, long nowMs)
    {
        var config = topic.Config;
        return !config.IsDurabilityRelaxed
            || _endsTransaction
            || _unsyncedRecords + newRecords >= config.FlushMessages
            || (_hasUnsynced && nowMs - _unsyncedSinceMs >= config.FlushMs);
    }

    /// <summary>A group is acknowledged without a sync.</summary>
    public void Postponed(long records, long nowMs)
    {
        _unsyncedSinceMs = _hasUnsynced ? _unsyncedSinceMs : nowMs;
        _unsyncedRecords += records;
        _hasUnsynced = true;
    }

    /// <summary>All that was written is durable.</summary>
    public void Synced()
    {
        _unsyncedRecords = 0;
        _hasUnsynced = false;
        _endsTransaction = false;
    }
}
