using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Appends to a partition: decides, stages, writes and syncs with the group, then publishes. Writer thread, but for
/// <see cref="HasUnsynced"/>.
/// </summary>
internal sealed partial class PartitionWriter : IWriteTarget
{
    private readonly StorageContext _context;
    private readonly PublishedLog _published;
    private readonly ProducerStateManager _producers;
    private readonly LeaderEpochs _epochs;
    private readonly Action _notify;
    private readonly SegmentSpace _space;
    private readonly SyncPolicy _sync;

    // Made with the first append, so that quiet partitions have none.
    private StagedGroup? _staged;

    /// <param name="context">The data directory's.</param>
    /// <param name="published">What readers see.</param>
    /// <param name="state">Producers and epochs, which are the writer's from here on.</param>
    /// <param name="notify">Tells listeners that more can be read.</param>
    public PartitionWriter(StorageContext context, PublishedLog published, PartitionState state, Action notify)
    {
        _context = context;
        _published = published;
        _producers = state.Producers;
        _epochs = state.Epochs;
        _notify = notify;
        _space = new SegmentSpace(context, published.DirectoryPath);
        _sync = new SyncPolicy(published.Topic);
    }

    /// <inheritdoc cref="PartitionLog.LogStartOffset"/>
    public long LogStartOffset => _published.LogStartOffset;

    /// <inheritdoc cref="SyncPolicy.HasUnsynced"/>
    public bool HasUnsynced => _sync.HasUnsynced;

    /// <summary>Decides about one append: refuses it, answers it as a duplicate, or gives it its offset.</summary>
    public void Stage(AppendOperation operation, LogWriter writer)
    {
        var header = operation.Header;
        var error = _published.IsDeleted ? ErrorCode.UnknownTopicOrPartition
            : _published.IsOffline ? ErrorCode.KafkaStorageError
            : ErrorCode.None;
        if (error == ErrorCode.None && header.HasProducerId)
        {
            error = _producers.Check(header, operation.Batch, out var duplicate);
            if (error == ErrorCode.DuplicateSequenceNumber)
            {
                // Its original may be in this very group, so it is answered with the group.
                StageAnswer(operation, writer);
                operation.Result = new AppendResult(
                    ErrorCode.None,
                    duplicate.BaseOffset,
                    duplicate.TimestampMs,
                    _published.LogStartOffset,
                    IsDuplicate: true);
                return;
            }
        }

        var nowMs = error == ErrorCode.None ? _context.NowMs() : 0;
        if (error == ErrorCode.None)
        {
            error = MakeRoom(header, nowMs);
        }

        if (error != ErrorCode.None)
        {
            operation.Result = AppendResult.Failed(error, _published.LogStartOffset);
            return;
        }

        StageAnswer(operation, writer);
        StageBatch(operation, header, nowMs);
    }

    void IWriteTarget.WriteStaged() => WriteStaged();

    void IWriteTarget.SyncStaged()
    {
        if (_published.IsOffline || _staged!.Bytes == 0)
        {
            return;
        }

        var nowMs = _context.NowMs();
        if (_sync.IsDue(_staged.Records, nowMs))
        {
            SyncActive();
        }
        else
        {
            _sync.Postponed(_staged.Records, nowMs);
        }
    }

    void IWriteTarget.PublishStaged()
    {
        if (_published.IsOffline)
        {
            foreach (var operation in _staged!.Operations)
            {
                operation.Result = AppendResult.Failed(ErrorCode.KafkaStorageError, _published.LogStartOffset);
            }
        }
        else if (_staged!.Bytes > 0)
        {
            var endOffset = _published.LogEndOffset;
            _published.Active.PublishDurable();
            _published.HighWatermark = endOffset;
            _published.StableOffset = _producers.Transactions.Ongoing.GetLastStableOffset(endOffset);
            _published.IsStateChanged = true;
            _context.Writer.CountBytes(_staged.Bytes);
            _context.Metrics.Appended(_staged.Operations.Count, _staged.Records, _staged.Bytes);
        }

        _staged.Clear();
    }

    void IWriteTarget.NotifyListeners() => _notify();

    /// <summary>Syncs where <c>flush.ms</c> has passed, or where the topic is not relaxed any more.</summary>
    public bool FlushIfDue(long nowMs)
    {
        if (_sync.HasUnsynced && !_published.IsOffline && !_published.IsDeleted && _sync.IsDue(0, nowMs))
        {
            SyncActive();
        }

        return true;
    }

    /// <summary>Syncs what is not synced yet, where that can be.</summary>
    public void Flush()
    {
        if (_sync.HasUnsynced && !_published.IsOffline)
        {
            SyncActive();
        }
    }

    /// <summary>
    /// An empty segment becomes the active one, so that all before it can go; false where the disk has no space for it.
    /// </summary>
    public bool TryRollEmpty() => TryRoll(0);

    private void StageAnswer(AppendOperation operation, LogWriter writer)
    {
        _staged ??= new StagedGroup();
        if (_staged.Operations.Count == 0)
        {
            writer.AddTarget(this);
        }

        _staged.Add(operation);
    }

    private void StageBatch(AppendOperation operation, in RecordBatchHeader header, long nowMs)
    {
        var config = _published.Topic.Config;
        var batch = operation.Batch.Span;
        var baseOffset = _published.LogEndOffset;
        var maxTimestampMs = header.MaxTimestampMs;
        var logAppendTimeMs = -1L;
        if (config.IsLogAppendTime)
        {
            RecordBatch.SetLogAppendTime(batch, nowMs);
            maxTimestampMs = nowMs;
            logAppendTimeMs = nowMs;
        }

        RecordBatch.SetBaseOffset(batch, baseOffset);
        RecordBatch.SetLeaderEpoch(batch, _context.LeaderEpoch);
        _epochs.Assign(_context.LeaderEpoch, baseOffset);
        if (header.HasProducerId)
        {
            _producers.Add(header, baseOffset, logAppendTimeMs, nowMs, operation.Batch);
            if (header.IsControl)
            {
                _sync.TransactionEnds();
            }
        }

        var active = _published.Active;
        _staged!.AddBytes(operation.Batch, header.Count, active.EndPosition);
        if (active.EndPosition == 0)
        {
            active.FirstAppendMs = nowMs;
        }

        active.LastAppendTimestamp = _context.Time.GetTimestamp();
        active.Add(baseOffset, batch.Length, maxTimestampMs, config.IndexIntervalBytes);
        _published.LogEndOffset = baseOffset + header.LastOffsetDelta + 1;
        operation.Result = new AppendResult(
            ErrorCode.None, baseOffset, logAppendTimeMs, _published.LogStartOffset);
    }

    /// <summary>Rolls where the active segment is full or old, and reserves the batch's space on the disk.</summary>
    private ErrorCode MakeRoom(in RecordBatchHeader header, long nowMs)
    {
        var config = _published.Topic.Config;
        var size = header.TotalSize;
        if (size > config.SegmentBytes)
        {
            return ErrorCode.RecordListTooLarge;
        }

        try
        {
            var active = _published.Active;
            SegmentSpace.OpenForAppend(active);
            if (active.EndPosition > 0
                && RollPolicy.IsDue(active, header, _published.LogEndOffset, config, nowMs)
                && !TryRoll(size))
            {
                return ErrorCode.KafkaStorageError;
            }

            return !_published.IsOffline && _space.TryReserve(_published.Active, size, config)
                ? ErrorCode.None
                : ErrorCode.KafkaStorageError;
        }
        catch (IOException error) when (OutOfDescriptors.Is(error))
        {
            // Nothing is broken and nothing was written: the producer tries again, as for a full disk.
            return ErrorCode.KafkaStorageError;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GoOffline(error);
            return ErrorCode.KafkaStorageError;
        }
    }

    /// <summary>Makes the next segment the active one; false where the disk has no space for it.</summary>
    private bool TryRoll(int size)
    {
        if (!CommitBeforeRoll())
        {
            return false;
        }

        var old = _published.Active;
        var next = new LogSegment(
            _context.Files, _published.DirectoryPath, _published.LogEndOffset, 0, isSealed: false)
        {
            MaxTimestampMs = LogSegment.NoTimestamp,
        };
        try
        {
            if (!_space.TryReserve(next, size, _published.Topic.Config))
            {
                next.Delete();
                return false;
            }
        }
        catch
        {
            // An empty file that may be left is taken by the next try.
            next.Close();
            throw;
        }

        // Retention may remove all before it, and then its name alone says which offset comes next.
        if (size == 0)
        {
            _space.SyncName();
        }

        _published.Segments = [.. _published.Segments, next];
        Seal(old, next.BaseOffset);
        _published.IsStateChanged = true;
        Log.Rolled(_context.Logger, _published.Label, next.BaseOffset);
        return true;
    }

    /// <summary>What this group has for the old segment is written and synced before the new one takes over.</summary>
    private bool CommitBeforeRoll()
    {
        var hasStaged = _staged is { HasUnwritten: true };
        if (!hasStaged && !_sync.HasUnsynced)
        {
            return !_published.IsOffline;
        }

        if (hasStaged)
        {
            WriteStaged();
        }

        if (!_published.IsOffline)
        {
            SyncActive();
        }

        if (_published.IsOffline || _sync.HasUnsynced)
        {
            return false;
        }

        _published.Active.PublishDurable();
        return true;
    }

    private void Seal(LogSegment segment, long nextOffset)
    {
        try
        {
            segment.Seal(nextOffset);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Its data is synced; the index is disposable and the next start gives back the reserved space.
            Log.SealFailed(_context.Logger, error, _published.Label, segment.BaseOffset);
        }
    }

    private void WriteStaged()
    {
        if (_published.IsOffline || !_staged!.HasUnwritten)
        {
            return;
        }

        try
        {
            _staged.Write(_published.Active, _published.LogEndOffset);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GoOffline(error);
        }
    }

    /// <summary>
    /// Makes all that is written durable. Where the file was closed as idle and no descriptor is free to open it, all
    /// stays as it is (<see cref="HasUnsynced"/>); a group's own file is open.
    /// </summary>
    private void SyncActive()
    {
        var active = _published.Active;
        try
        {
            _ = active.File;
        }
        catch (IOException error) when (_sync.HasUnsynced && OutOfDescriptors.Is(error))
        {
            return;
        }

        try
        {
            active.File.SyncData();
            _space.SyncName();
            active.SyncedPosition = active.EndPosition;
            _sync.Synced();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Never again for this file: the kernel may have dropped the pages it could not write.
            GoOffline(error);
        }
    }

    private void GoOffline(Exception error)
    {
        _published.IsOffline = true;
        Log.PartitionOffline(_context.Logger, error, _published.Label, _published.HighWatermark);
    }

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Error,
            "Partition {Partition} is offline: its disk failed. Appends are refused until a restart checks its files; "
            + "what is durable (up to offset {Offset}) can be read.")]
        public static partial void PartitionOffline(ILogger logger, Exception error, string partition, long offset);

        [LoggerMessage(2021, LogLevel.Warning,
            "Closing segment {Offset} of {Partition} did not complete; no data is affected.")]
        public static partial void SealFailed(ILogger logger, Exception error, string partition, long offset);

        [LoggerMessage(2022, LogLevel.Debug, "Partition {Partition} rolled a segment at offset {Offset}.")]
        public static partial void Rolled(ILogger logger, string partition, long offset);
    }
}
