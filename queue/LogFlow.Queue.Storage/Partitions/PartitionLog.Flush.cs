using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <content>
/// Syncing: with every group commit, or, where the topic's durability is relaxed (TopicConfig.IsDurabilityRelaxed),
/// after so many records or so much time. Writer thread.
/// </content>
public sealed partial class PartitionLog
{
    // Records and time since the last sync; only relaxed topics have any between two groups.
    private long _unsyncedRecords;
    private long _unsyncedSinceMs;
    private volatile bool _hasUnsynced;

    // A transaction ends in this group. Its coordinator forgets it once the marker is acknowledged, so that must be
    // durable, and with it the transaction's records, whatever the topic's own settings are.
    private bool _endsTransaction;

    /// <summary>Something was acknowledged that is not synced yet.</summary>
    internal bool HasUnsynced => _hasUnsynced;

    /// <summary>Writer: syncs where <c>flush.ms</c> has passed, or where the topic is not relaxed any more.</summary>
    internal bool FlushIfDue(long nowMs)
    {
        if (_hasUnsynced && !_isOffline && !_isDeleted && MustSync(0, nowMs))
        {
            SyncActive();
        }

        return true;
    }

    private bool MustSync(long newRecords, long nowMs)
    {
        var config = Topic.Config;
        return !config.IsDurabilityRelaxed
            || _endsTransaction
            || _unsyncedRecords + newRecords >= config.FlushMessages
            || (_hasUnsynced && nowMs - _unsyncedSinceMs >= config.FlushMs);
    }

    /// <summary>Syncs the group, or counts it as not synced yet.</summary>
    private void SyncGroup()
    {
        if (!Topic.Config.IsDurabilityRelaxed && !_hasUnsynced)
        {
            SyncActive();
            return;
        }

        var nowMs = _context.NowMs();
        if (MustSync(_stagedRecords, nowMs))
        {
            SyncActive();
            return;
        }

        _unsyncedSinceMs = _hasUnsynced ? _unsyncedSinceMs : nowMs;
        _unsyncedRecords += _stagedRecords;
        _hasUnsynced = true;
    }

    /// <summary>
    /// Makes all that is written durable. Where the file was closed as idle and no descriptor is free to open it, all
    /// stays as it is (<see cref="HasUnsynced"/>); a group's own file is open.
    /// </summary>
    private void SyncActive()
    {
        var active = Active;
        try
        {
            _ = active.File;
        }
        catch (IOException error) when (_hasUnsynced && OutOfDescriptors.Is(error))
        {
            return;
        }

        try
        {
            active.File.SyncData();
            if (_isSegmentNew)
            {
                _context.Files.SyncDirectory(_directory);
                _isSegmentNew = false;
            }

            active.SyncedPosition = active.EndPosition;
            _unsyncedRecords = 0;
            _hasUnsynced = false;
            _endsTransaction = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Never again for this file: the kernel may have dropped the pages it could not write.
            GoOffline(error);
        }
    }
}
