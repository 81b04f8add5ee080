using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <content>Retention, deletion, checkpoints, damage: the writer thread's commands between group commits.</content>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Moves the log's start up, durably (DeleteRecords); -1: to the high watermark. OffsetOutOfRange above it.
    /// </summary>
    public async Task<ErrorCode> DeleteRecordsAsync(long beforeOffset)
    {
        var (error, removed) = await _context.Writer.RunAsync(() => MoveLogStart(beforeOffset));
        if (error == ErrorCode.None)
        {
            LogStartFile.Save(_context.Files, _directory, LogStartOffset);
            await _checkpoints.WriteAsync();
            DeleteFiles(removed);
        }

        return error;
    }

    /// <summary>
    /// Removes what retention does not keep: whole segments from the front, by size, or by age of their newest record.
    /// Counts from the later of record time and file time, and not from record times in the future: a wrong clock at a
    /// producer must neither remove records at once nor keep them for ever. Segments below the log's start go as well.
    /// </summary>
    /// <returns>Segments whose files are to be deleted, off the writer thread.</returns>
    internal IReadOnlyList<LogSegment> ApplyRetention(long nowMs)
    {
        var config = Topic.Config;
        if (_isOffline || _isDeleted || _isSwapping)
        {
            return [];
        }

        var segments = _segments;
        var count = 0;
        var size = SizeInBytes;

        // Compaction may leave a sealed segment empty; an active one that is empty is where the log ends.
        while (count < segments.Length && (count < segments.Length - 1 || segments[count].EndPosition > 0))
        {
            var segment = segments[count];
            var isBelowStart = count + 1 < segments.Length && segments[count + 1].BaseOffset <= _logStartOffset;
            var isOverSize = config.IsDeleted
                && config.RetentionBytes >= 0 && size - segment.EndPosition >= config.RetentionBytes;
            var isOverAge = config.IsDeleted && !isBelowStart && !isOverSize
                && config.RetentionMs >= 0 && IsOlderThan(segment, config.RetentionMs, nowMs);
            if (!isBelowStart && !isOverSize && !isOverAge)
            {
                break;
            }

            // By size, the segment that is being written stays.
            if (isOverSize && count == segments.Length - 1)
            {
                break;
            }

            size -= segment.EndPosition;
            count++;
        }

        if (count == 0 || (count == segments.Length && !TryRoll(0)))
        {
            return [];
        }

        return RemoveFirst(count);
    }

    /// <summary>What a checkpoint keeps of this partition as of now.</summary>
    /// <returns>Null: nothing that can be relied on, the next start has to scan the partition.</returns>
    internal byte[]? CaptureState()
    {
        if (_hasUnsynced && !_isOffline)
        {
            SyncActive();
        }

        // What an offline partition remembers is ahead of what its disk holds; so is what could not be synced yet.
        if (_isStateChanged && !_isOffline && !_hasUnsynced)
        {
            _savedState = new PartitionState
            {
                LogStartOffset = _logStartOffset,
                SegmentBaseOffset = Active.BaseOffset,
                Position = Active.EndPosition,
                NextOffset = _logEndOffset,
                MaxTimestampMs = Active.MaxTimestampMs,
                Epochs = _epochs,
                Producers = _producers,
            }.Write();
            _isStateChanged = false;
        }

        return _savedState;
    }

    /// <summary>What the next start should find of sealed segments; none while compaction exchanges them.</summary>
    internal SegmentMark[] CaptureSealed()
    {
        var segments = _segments;
        if (_isSwapping)
        {
            return [];
        }

        var marks = new SegmentMark[segments.Length - 1];
        for (var i = 0; i < marks.Length; i++)
        {
            marks[i] = new SegmentMark(segments[i].BaseOffset, segments[i].EndPosition);
        }

        return marks;
    }

    /// <summary>Adds to the index file what it lacks; any thread.</summary>
    internal void SaveActiveIndex() => Active.SaveIndex();

    /// <summary>Whether a checkpoint would say something new.</summary>
    internal bool IsStateChanged => _isStateChanged;

    /// <summary>Forgets producers that were silent for too long.</summary>
    internal void ExpireProducers(long silentSinceMs)
    {
        if (_producers.Count > 0 && _producers.Expire(silentSinceMs))
        {
            _isStateChanged = true;
        }
    }

    /// <summary>Closes files that nobody used for a while.</summary>
    internal void CloseIdleFiles(long idleMs)
    {
        foreach (var segment in _segments)
        {
            segment.CloseIfIdle(idleMs);
        }
    }

    /// <summary>At a clean stop: gives back reserved space and closes. Writer is between groups or has ended.</summary>
    /// <returns>All of it is durable.</returns>
    internal bool Close()
    {
        if (_hasUnsynced && !_isOffline)
        {
            SyncActive();
        }

        var active = Active;
        if (active.ReservedBytes > active.EndPosition && !_isOffline)
        {
            // Not synced: should the old size come back after a power cut, the checkpoint still says where the data
            // ends.
            active.File.SetLength(active.EndPosition);
        }

        foreach (var segment in _segments)
        {
            segment.SaveIndex();
            segment.Close();
        }

        return !_isOffline && !_hasUnsynced;
    }

    /// <summary>The topic is gone: appends and reads end.</summary>
    internal void MarkDeleted()
    {
        _isDeleted = true;
        foreach (var segment in _segments)
        {
            segment.Close();
        }

        ((IWriteTarget)this).NotifyListeners();
    }

    internal static void DeleteFiles(IReadOnlyList<LogSegment> segments)
    {
        foreach (var segment in segments)
        {
            segment.Delete();
        }
    }

    private (ErrorCode Error, IReadOnlyList<LogSegment> Removed) MoveLogStart(long beforeOffset)
    {
        var target = beforeOffset == -1 ? HighWatermark : beforeOffset;
        if (_isDeleted)
        {
            return (ErrorCode.UnknownTopicOrPartition, []);
        }

        if (target < 0 || target > HighWatermark)
        {
            return (ErrorCode.OffsetOutOfRange, []);
        }

        if (target <= _logStartOffset)
        {
            return (ErrorCode.None, []);
        }

        SetLogStart(target);
        var count = 0;
        while (count + 1 < _segments.Length && _segments[count + 1].BaseOffset <= target)
        {
            count++;
        }

        // While compaction exchanges segments their files stay; retention removes what lies below the start.
        return (ErrorCode.None, count == 0 || _isSwapping ? [] : RemoveFirst(count));
    }

    private LogSegment[] RemoveFirst(int count)
    {
        var segments = _segments;
        var removed = segments[..count];
        _segments = segments[count..];
        SetLogStart(Math.Max(_logStartOffset, _segments[0].BaseOffset));
        Log.RetentionRemoves(_context.Logger, Label, count, _logStartOffset);
        return removed;
    }

    private void SetLogStart(long offset)
    {
        Volatile.Write(ref _logStartOffset, offset);
        _epochs.TruncateStart(offset);
        _transactions.Aborted.TruncateStart(offset);
        _isStateChanged = true;
    }

    /// <summary>
    /// By the clock on the wall, and, where this process wrote the segment, by the monotonic one as well: setting the
    /// clock forward must not remove what was appended a moment ago.
    /// </summary>
    private bool IsOlderThan(LogSegment segment, long ageMs, long nowMs)
    {
        if (nowMs - LastChangeMs(segment, nowMs) <= ageMs)
        {
            return false;
        }

        return segment.LastAppendTimestamp == 0
            || _context.Time.GetElapsedTime(segment.LastAppendTimestamp).TotalMilliseconds > ageMs;
    }

    private long LastChangeMs(LogSegment segment, long nowMs)
    {
        var writtenMs = _context.Files.GetLastWriteTime(segment.LogPath).ToUnixTimeMilliseconds();
        var recordMs = segment.MaxTimestampMs;
        return recordMs > nowMs ? writtenMs : Math.Max(recordMs, writtenMs);
    }

    /// <summary>Writer: takes a damaged run of bytes out of a segment; see SegmentRepair.</summary>
    private bool PutDamageAside(LogSegment segment, long position)
    {
        var index = Array.IndexOf(_segments, segment);
        if (index < 0 || position >= segment.EndPosition || _isOffline || _isDeleted || _isSwapping)
        {
            return false;
        }

        try
        {
            var isActive = segment == Active;
            var following = isActive ? -1 : _segments[index + 1].BaseOffset;
            (position, var nextOffset) = FindOrderBefore(segment, position);
            var rest = SegmentRepair.CutOut(
                _context, Label, _directory, segment, position, segment.EndPosition, nextOffset, following).Rest;
            if (isActive)
            {
                rest ??= new LogSegment(_context.Files, _directory, _logEndOffset, 0, isSealed: false)
                {
                    MaxTimestampMs = LogSegment.NoTimestamp,
                };
            }
            else
            {
                rest?.Seal(following);
            }

            _segments = rest is null
                ? _segments
                : [.. _segments[..(index + 1)], rest, .. _segments[(index + 1)..]];
            _isStateChanged = true;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.RepairFailed(_context.Logger, error, segment.LogPath, Label);
            return false;
        }
    }

    /// <summary>
    /// The offset that should stand at a position, by the batches before it; an earlier position where one of those is
    /// out of order.
    /// </summary>
    private (long Position, long NextOffset) FindOrderBefore(LogSegment segment, long position)
    {
        var nextOffset = segment.BaseOffset;
        using var scanner = new SegmentScanner(segment, 0, position, verifiesCrc: false)
        {
            ExpectedOffset = segment.BaseOffset,
            GapEndOffset = Cleaner.GapEndOffset,
        };
        while (scanner.MoveNext())
        {
            nextOffset = scanner.Header.NextOffset;
        }

        return (scanner.Error == RecordBatchError.OffsetOutOfOrder ? scanner.NextPosition : position, nextOffset);
    }
}
