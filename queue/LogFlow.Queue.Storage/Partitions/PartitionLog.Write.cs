using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <content>Appending: the writer thread's side.</content>
public sealed partial class PartitionLog : IWriteTarget
{
    private const int ReserveStepMin = 64 * 1024;
    private const int ReserveStepMax = 64 << 20;

    private readonly ProducerStateManager _producers;

    // Of the group that is being committed; made with the first append, so that quiet partitions have none.
    private List<AppendOperation>? _staged;
    private List<ReadOnlyMemory<byte>>? _stagedBuffers;
    private byte[]? _mark;
    private int _writtenCount;
    private long _stagedPosition;
    private long _stagedRecords;
    private long _stagedBytes;

    // The active segment's name is not durable yet; it becomes so with the first group in it.
    private bool _isSegmentNew;

    // The checkpoint's record of this partition, and whether it is out of date.
    private byte[]? _savedState;
    private volatile bool _isStateChanged;

    private LogSegment Active => _segments[^1];

    /// <summary>Decides about one append: refuses it, answers it as a duplicate, or gives it its offset.</summary>
    internal void Stage(AppendOperation operation, LogWriter writer)
    {
        var header = operation.Header;
        var error = _isDeleted ? ErrorCode.UnknownTopicOrPartition
            : _isOffline ? ErrorCode.KafkaStorageError
            : ErrorCode.None;
        if (error == ErrorCode.None && header.HasProducerId)
        {
            error = CheckProducer(operation, out var duplicate);
            if (error == ErrorCode.DuplicateSequenceNumber)
            {
                // Its original may be in this very group, so it is answered with the group.
                StageAnswer(operation, writer);
                operation.Result = new AppendResult(
                    ErrorCode.None, duplicate.BaseOffset, duplicate.TimestampMs, LogStartOffset, IsDuplicate: true);
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
            operation.Result = AppendResult.Failed(error, LogStartOffset);
            return;
        }

        StageAnswer(operation, writer);
        StageBatch(operation, header, nowMs);
    }

    void IWriteTarget.WriteStaged() => WriteStagedBuffers();

    void IWriteTarget.SyncStaged()
    {
        if (!_isOffline && _stagedBytes > 0)
        {
            SyncGroup();
        }
    }

    void IWriteTarget.PublishStaged()
    {
        if (_isOffline)
        {
            foreach (var operation in _staged!)
            {
                operation.Result = AppendResult.Failed(ErrorCode.KafkaStorageError, LogStartOffset);
            }
        }
        else if (_stagedBytes > 0)
        {
            Active.PublishDurable();
            Volatile.Write(ref _highWatermark, _logEndOffset);
            PublishLastStableOffset();
            _isStateChanged = true;
            _context.Writer.CountBytes(_stagedBytes);
            _context.Metrics.Appended(_staged!.Count, _stagedRecords, _stagedBytes);
        }

        _staged!.Clear();
        _stagedBuffers!.Clear();
        _writtenCount = 0;
        _stagedRecords = 0;
        _stagedBytes = 0;
    }

    void IWriteTarget.NotifyListeners()
    {
        foreach (var listener in _listeners)
        {
            listener.OnHighWatermarkAdvanced(this);
        }
    }

    private void StageAnswer(AppendOperation operation, LogWriter writer)
    {
        _staged ??= [];
        _stagedBuffers ??= [];
        if (_staged.Count == 0)
        {
            writer.AddTarget(this);
        }

        _staged.Add(operation);
    }

    private void StageBatch(AppendOperation operation, in RecordBatchHeader header, long nowMs)
    {
        var config = Topic.Config;
        var batch = operation.Batch.Span;
        var baseOffset = _logEndOffset;
        var maxTimestampMs = header.MaxTimestampMs;
        var logAppendTimeMs = -1L;
        if (config.IsLogAppendTime)
        {
            RecordBatch.SetLogAppendTime(batch, nowMs);
            maxTimestampMs = nowMs;
            logAppendTimeMs = nowMs;
        }

        RecordBatch.SetBaseOffset(batch, baseOffset);
        RecordBatch.SetLeaderEpoch(batch, LeaderEpoch);
        _epochs.Assign(LeaderEpoch, baseOffset);
        if (header.HasProducerId)
        {
            _producers.Add(header, baseOffset, logAppendTimeMs, nowMs, operation.Batch);
            _endsTransaction |= header.IsControl;
        }

        var active = Active;
        if (_stagedBuffers!.Count == _writtenCount)
        {
            _stagedPosition = active.EndPosition;
        }

        if (active.EndPosition == 0)
        {
            active.FirstAppendMs = nowMs;
        }

        active.LastAppendTimestamp = _context.Time.GetTimestamp();
        active.Add(baseOffset, batch.Length, maxTimestampMs, config.IndexIntervalBytes);
        _stagedBuffers.Add(operation.Batch);
        _stagedRecords += header.Count;
        _stagedBytes += batch.Length;
        Volatile.Write(ref _logEndOffset, baseOffset + header.LastOffsetDelta + 1);
        operation.Result = new AppendResult(ErrorCode.None, baseOffset, logAppendTimeMs, LogStartOffset);
    }

    /// <summary>Rolls where the active segment is full or old, and reserves the batch's space on the disk.</summary>
    private ErrorCode MakeRoom(in RecordBatchHeader header, long nowMs)
    {
        var config = Topic.Config;
        var size = header.TotalSize;
        if (size > config.SegmentBytes)
        {
            return ErrorCode.RecordListTooLarge;
        }

        try
        {
            var active = Active;
            OpenForAppend(active);
            if (active.FirstAppendMs == 0 && active.EndPosition > 0)
            {
                active.FirstAppendMs = ReadFirstTimestamp(active, nowMs);
            }

            // A clock that was set back would keep the segment open for as long as that.
            active.FirstAppendMs = Math.Min(active.FirstAppendMs, nowMs);
            var mustRoll = active.EndPosition + size > config.SegmentBytes
                || _logEndOffset + header.LastOffsetDelta - active.BaseOffset > int.MaxValue
                || nowMs - active.FirstAppendMs > config.EffectiveSegmentMs;
            if (active.EndPosition > 0 && mustRoll && !TryRoll(size))
            {
                return ErrorCode.KafkaStorageError;
            }

            return !_isOffline && TryReserve(Active, size, config) ? ErrorCode.None : ErrorCode.KafkaStorageError;
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

    /// <summary>
    /// What the group will need is opened before anything is staged: after that an open that fails is a failed write.
    /// </summary>
    private static void OpenForAppend(LogSegment active)
    {
        if (active.EndPosition > 0 || active.ReservedBytes > 0)
        {
            _ = active.File;
            _ = active.Index;
        }
    }

    /// <summary>When a segment of an earlier start was begun, by its first batch; never in the future.</summary>
    private static long ReadFirstTimestamp(LogSegment segment, long nowMs)
    {
        Span<byte> header = stackalloc byte[RecordBatchHeader.Size];
        return segment.Read(header, 0) == header.Length
            ? Math.Clamp(RecordBatchHeader.Read(header).MaxTimestampMs, 1, nowMs)
            : nowMs;
    }

    private bool TryReserve(LogSegment segment, int size, TopicConfig config)
    {
        var needed = segment.EndPosition + size + CommitMark.Size;
        if (needed <= segment.ReservedBytes)
        {
            return true;
        }

        if (segment.ReservedBytes == 0)
        {
            segment.Create();
            segment.ReservedBytes = segment.File.Length;
            _isSegmentNew |= segment.EndPosition == 0;
            if (needed <= segment.ReservedBytes)
            {
                return true;
            }
        }

        // In steps that double, so that a small topic takes little and a busy one is rarely interrupted.
        var step = Math.Clamp(segment.ReservedBytes, ReserveStepMin, ReserveStepMax);
        var wanted = Math.Max(needed, Math.Min(segment.ReservedBytes + step, config.SegmentBytes));
        if (!_context.Space.TryReserve(segment.File, needed, wanted))
        {
            return false;
        }

        segment.ReservedBytes = segment.File.Length;
        return true;
    }

    /// <summary>Makes the next segment the active one; false where the disk has no space for it.</summary>
    private bool TryRoll(int size)
    {
        if (!CommitBeforeRoll())
        {
            return false;
        }

        var old = Active;
        var next = new LogSegment(_context.Files, _directory, _logEndOffset, 0, isSealed: false)
        {
            MaxTimestampMs = LogSegment.NoTimestamp,
        };
        try
        {
            if (!TryReserve(next, size, Topic.Config))
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
            _context.Files.SyncDirectory(_directory);
            _isSegmentNew = false;
        }

        _segments = [.. _segments, next];
        Seal(old, next.BaseOffset);
        _isStateChanged = true;
        Log.Rolled(_context.Logger, Label, next.BaseOffset);
        return true;
    }

    /// <summary>What this group has for the old segment is written and synced before the new one takes over.</summary>
    private bool CommitBeforeRoll()
    {
        var hasStaged = _stagedBuffers is not null && _stagedBuffers.Count > _writtenCount;
        if (!hasStaged && !_hasUnsynced)
        {
            return !_isOffline;
        }

        if (hasStaged)
        {
            WriteStagedBuffers();
        }

        if (!_isOffline)
        {
            SyncActive();
        }

        if (_isOffline || _hasUnsynced)
        {
            return false;
        }

        Active.PublishDurable();
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
            Log.SealFailed(_context.Logger, error, Label, segment.BaseOffset);
        }
    }

    private void WriteStagedBuffers()
    {
        if (_isOffline || _stagedBuffers!.Count == _writtenCount)
        {
            return;
        }

        try
        {
            if (_writtenCount > 0)
            {
                _stagedBuffers.RemoveRange(0, _writtenCount);
            }

            _mark ??= new byte[CommitMark.Size];
            CommitMark.Write(
                _mark, Math.Min(_stagedPosition, Active.SyncedPosition), Active.EndPosition, _logEndOffset);
            _stagedBuffers.Add(_mark);
            Active.Touch();
            Active.File.Write(_stagedBuffers, _stagedPosition);
            _writtenCount = _stagedBuffers.Count;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GoOffline(error);
        }
    }

    private void GoOffline(Exception error)
    {
        _isOffline = true;
        Log.PartitionOffline(_context.Logger, error, Label, HighWatermark);
    }
}
