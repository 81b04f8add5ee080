using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Opens a partition. After a clean stop the checkpoint is believed and no file is touched. After a crash everything
/// behind the recovery point is read and checked: what is whole stays, a torn last group (it was never acknowledged,
/// see CommitMark) is cut, and damage to what was acknowledged becomes a gap (see SegmentRepair).
/// </summary>
internal sealed partial class PartitionLoader(
    StorageContext context, CheckpointWriter checkpoints, Topic topic, int partition, string directory)
{
    private const string TemporarySuffix = ".tmp";

    // The offset after the last batch of each segment that was read.
    private readonly Dictionary<LogSegment, long> _endOffsets = [];
    private CleanerCheckpoint _cleaner = CleanerCheckpoint.None;
    private long _logStart;
    private long _markedOffset;
    private bool _isEndSaid;

    private string Label => $"{topic.Name}-{partition}";

    /// <param name="saved">The checkpoint's record; null: there is none.</param>
    /// <param name="known">The sealed segments that the checkpoint knows.</param>
    /// <param name="isClean">The last stop was a clean one, and its checkpoint knows the partition.</param>
    public PartitionLog Load(byte[]? saved, IReadOnlyList<SegmentMark> known, bool isClean)
    {
        PartitionState? state = null;
        try
        {
            state = Parse(saved);
            var segments = ListSegments(isClean);
            _logStart = LogStartFile.Load(context.Files, directory);
            if (state is not null)
            {
                state.LogStartOffset = Math.Max(state.LogStartOffset, _logStart);
                FindMissing(segments, known, state, isClean);
            }

            var isTrusted = state is not null && Match(state, segments);
            if (isClean && isTrusted)
            {
                return OpenTrusted(segments, state!, saved!);
            }

            if (state is not null && !isTrusted && state.NextOffset > _logStart)
            {
                Log.FilesMissing(context.Logger, Label, state.NextOffset);
            }

            return Recover(segments, state ?? new PartitionState { LogStartOffset = _logStart }, isTrusted);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.CannotOpen(context.Logger, error, Label);
            var last = state ?? new PartitionState();
            LogSegment[] none = [EmptySegment(last.NextOffset)];
            return Create(none, last, saved, isOffline: true);
        }
    }

    private PartitionState? Parse(byte[]? saved)
    {
        try
        {
            return saved is null ? null : PartitionState.Read(saved);
        }
        catch (InvalidDataException error)
        {
            Log.StateDamaged(context.Logger, error, Label);
            return null;
        }
    }

    private PartitionLog Create(LogSegment[] segments, PartitionState state, byte[]? saved, bool isOffline = false)
    {
        // The checkpoint may be older than the last cleaning, which has removed what these had written.
        state.Producers.Transactions.Aborted.TruncateStart(_cleaner.DirtyOffset);
        return new(context, checkpoints, topic, partition, directory, segments, state, saved, isOffline)
        {
            Cleaner = _cleaner,
        };
    }

    private LogSegment EmptySegment(long baseOffset) =>
        new(context.Files, directory, baseOffset, 0, isSealed: false) { MaxTimestampMs = LogSegment.NoTimestamp };

    private List<LogSegment> ListSegments(bool isClean)
    {
        // Where compaction was at work and its file is gone, offsets that are missing are no damage to a reader. A scan
        // after a crash takes them for damage: there a hole of that kind cannot be told from a lost segment.
        _cleaner = isClean && topic.Config.IsCompacted ? CleanerCheckpoint.Unknown : CleanerCheckpoint.None;
        var baseOffsets = new List<long>();
        foreach (var name in ListNames())
        {
            if (name == CleanerCheckpoint.FileName)
            {
                _cleaner = CleanerCheckpoint.Load(context.Files, directory);
            }
            else if (LogSegment.TryParseName(name, out var baseOffset))
            {
                baseOffsets.Add(baseOffset);
            }
            else if (!isClean && name.EndsWith(TemporarySuffix, StringComparison.Ordinal))
            {
                context.Files.DeleteFile(Path.Combine(directory, name));
            }
        }

        baseOffsets.Sort();
        var segments = new List<LogSegment>(baseOffsets.Count + 1);
        for (var i = 0; i < baseOffsets.Count; i++)
        {
            var isSealed = i < baseOffsets.Count - 1;
            var segment = new LogSegment(context.Files, directory, baseOffsets[i], 0, isSealed);
            segment.SetEnd(context.Files.GetFileLength(segment.LogPath));
            segment.UnverifiedEnd = segment.EndPosition;
            segments.Add(segment);
        }

        return segments;
    }

    /// <summary>The files' names, after what compaction had begun is finished or removed.</summary>
    private List<string> ListNames()
    {
        var names = context.Files.ListFiles(directory).ToList();
        if (!names.Exists(SegmentSwap.IsLeftover))
        {
            return names;
        }

        SegmentSwap.Recover(context.Files, directory, Label, context.Logger);
        return context.Files.ListFiles(directory).ToList();
    }

    /// <summary>
    /// Says which sealed segments are missing or shorter than they were. Those that compaction may have exchanged since
    /// the checkpoint are not looked at.
    /// </summary>
    private void FindMissing(
        List<LogSegment> segments, IReadOnlyList<SegmentMark> known, PartitionState state, bool isClean)
    {
        for (var i = 0; i < known.Count; i++)
        {
            var mark = known[i];
            var end = i + 1 < known.Count ? known[i + 1].BaseOffset : state.SegmentBaseOffset;
            if (end <= state.LogStartOffset || (!isClean && mark.BaseOffset < _cleaner.GapEndOffset))
            {
                continue;
            }

            var segment = segments.Find(segment => segment.BaseOffset == mark.BaseOffset);
            if (segment is null)
            {
                Log.SegmentMissing(context.Logger, Label, LogSegment.NameOf(mark.BaseOffset), mark.BaseOffset, end);
                context.Metrics.Damaged(mark.Length);
            }
            else if (segment.EndPosition < mark.Length)
            {
                Log.SegmentShorter(
                    context.Logger, segment.LogPath, Label, segment.EndPosition, mark.Length, mark.BaseOffset, end);
                context.Metrics.Damaged(mark.Length - segment.EndPosition);
            }
        }
    }

    /// <summary>Whether the files hold what the checkpoint says was durable.</summary>
    private static bool Match(PartitionState state, List<LogSegment> segments)
    {
        var active = segments.Find(segment => segment.BaseOffset == state.SegmentBaseOffset);
        return active is not null
            ? active.EndPosition >= state.Position
            : state.Position == 0 && segments.TrueForAll(segment => segment.BaseOffset < state.SegmentBaseOffset);
    }

    private PartitionLog OpenTrusted(List<LogSegment> segments, PartitionState state, byte[] saved)
    {
        if (segments.Count == 0 || segments[^1].BaseOffset != state.SegmentBaseOffset)
        {
            segments.Add(EmptySegment(state.SegmentBaseOffset));
        }

        var active = segments[^1];
        active.SetEnd(state.Position);
        active.UnverifiedEnd = state.Position;
        active.MaxTimestampMs = state.MaxTimestampMs;
        return Create([.. segments], state, saved);
    }

    private PartitionLog Recover(List<LogSegment> segments, PartitionState state, bool isTrusted)
    {
        // Up to here producers and epochs are the checkpoint's; behind it they come from the batches.
        var knownOffset = state.NextOffset;
        var index = 0;
        var nextOffset = segments.Count == 0 ? state.NextOffset : segments[0].BaseOffset;
        var position = 0L;
        if (isTrusted)
        {
            var active = segments.FindIndex(segment => segment.BaseOffset == state.SegmentBaseOffset);
            index = active >= 0 ? active : segments.Count;
            position = state.Position;
            nextOffset = state.NextOffset;
        }

        for (; index < segments.Count; index++)
        {
            nextOffset = Math.Max(nextOffset, segments[index].BaseOffset);
            nextOffset = RecoverSegment(segments, index, position, nextOffset, knownOffset, state);
            position = 0;
        }

        CheckEnd(segments, state, isTrusted);

        // Offsets that were given out are never given out again, even where their records are gone.
        nextOffset = Math.Max(nextOffset, Math.Max(knownOffset, _markedOffset));
        if (segments.Count == 0 || (segments[^1].EndPosition > 0 && LacksEnd(segments[^1], nextOffset)))
        {
            if (segments.Count > 0)
            {
                segments[^1].Seal(nextOffset);
            }

            segments.Add(EmptySegment(nextOffset));
        }

        foreach (var segment in segments)
        {
            segment.Close();
        }

        state.LogStartOffset = Math.Min(nextOffset, Math.Max(state.LogStartOffset, segments[0].BaseOffset));
        state.NextOffset = nextOffset;
        state.Epochs.Assign(context.LeaderEpoch, nextOffset);
        return Create([.. segments], state, saved: null);
    }

    /// <summary>
    /// A group ends with a mark, and in the same boot nothing that was written is lost: a log that ends without one,
    /// and not where the checkpoint saw its end, ended later.
    /// </summary>
    private void CheckEnd(List<LogSegment> segments, PartitionState state, bool isTrusted)
    {
        if (!context.IsSameBoot || segments.Count == 0 || _isEndSaid)
        {
            return;
        }

        var last = segments[^1];
        var isWhereTheCheckpointSawIt = isTrusted
            && last.BaseOffset == state.SegmentBaseOffset && last.EndPosition == state.Position;
        if (!isWhereTheCheckpointSawIt && !CommitMark.IsAt(last, last.EndPosition))
        {
            Log.EndMissing(context.Logger, Label, last.LogPath, last.EndPosition);
        }
    }

    /// <summary>Whether the last segment ends before the offset that comes next (its end was lost).</summary>
    private bool LacksEnd(LogSegment segment, long nextOffset) =>
        _endOffsets.TryGetValue(segment, out var endOffset) && endOffset < nextOffset;

    /// <summary>Reads and checks a segment from a position on; returns the offset after its last batch.</summary>
    private long RecoverSegment(
        List<LogSegment> segments, int index, long position, long nextOffset, long knownOffset, PartitionState state)
    {
        var segment = segments[index];
        var fileLength = context.Files.GetFileLength(segment.LogPath);
        segment.BeginRecovery(position, position == 0 ? LogSegment.NoTimestamp : state.MaxTimestampMs);
        var nowMs = context.NowMs();
        var config = topic.Config;
        using (var scanner = new SegmentScanner(segment, position, fileLength, verifiesCrc: true))
        {
            // The CRC does not cover the offset. Only compaction leaves gaps between batches of one segment.
            while (scanner.MoveNext()
                && CleanerCheckpoint.Follows(nextOffset, scanner.Header.BaseOffset, _cleaner.GapEndOffset))
            {
                var header = scanner.Header;
                if (header.BaseOffset >= knownOffset)
                {
                    state.Epochs.Assign(header.LeaderEpoch, header.BaseOffset);
                    if (header.HasProducerId)
                    {
                        var logAppendTimeMs = header.IsLogAppendTime ? header.MaxTimestampMs : -1;
                        state.Producers.Add(header, header.BaseOffset, logAppendTimeMs, nowMs, scanner.Batch);
                    }
                }

                segment.Add(header.BaseOffset, header.TotalSize, header.MaxTimestampMs, config.IndexIntervalBytes);
                nextOffset = header.NextOffset;
            }
        }

        if (segment.EndPosition > position)
        {
            // A killed process may have written what it did not sync; nobody may see it before that is made good.
            segment.File.SyncData();
        }

        segment.SetEnd(segment.EndPosition);
        _endOffsets[segment] = nextOffset;
        if (segment.EndPosition < fileLength)
        {
            EndSegment(segments, index, fileLength, nextOffset);
        }

        if (index < segments.Count - 1 && !segment.IsSealed)
        {
            segment.Seal(nextOffset);
        }

        return nextOffset;
    }

    /// <summary>Deals with what stands behind the last valid batch.</summary>
    private void EndSegment(List<LogSegment> segments, int index, long fileLength, long nextOffset)
    {
        var segment = segments[index];
        var end = segment.EndPosition;
        var isLast = index == segments.Count - 1;
        _isEndSaid = false;
        if (isLast && CommitMark.IsBlank(segment, end, fileLength))
        {
            return;
        }

        // Without a mark behind it, the group that was being written did not get as far as its own. In the same boot
        // nothing that was written is lost, so a mark that stands vouches for its own group, too.
        var (markAt, groupStart, markedOffset) = CommitMark.FindLast(segment, end, fileLength);
        if (isLast && groupStart <= end && !(context.IsSameBoot && markAt > end))
        {
            if (context.IsSameBoot)
            {
                _isEndSaid = true;
                SegmentRepair.SaveDamage(context, directory, segment, end, fileLength, nextOffset);
                Log.CannotBeTold(context.Logger, Label, fileLength - end, nextOffset);
            }
            else
            {
                if (SegmentRepair.FindValidBatch(segment, end + 1, fileLength, nextOffset, out _) >= 0)
                {
                    SegmentRepair.SaveDamage(context, directory, segment, end, fileLength, nextOffset);
                }

                Log.TornTailCut(context.Logger, Label, fileLength - end, nextOffset);
            }

            segment.Truncate(end, isSealed: false);
            return;
        }

        // The mark knows which offsets were given out, also where their records are gone.
        _markedOffset = isLast ? markedOffset : 0;
        _isEndSaid = true;
        var following = isLast ? -1 : segments[index + 1].BaseOffset;
        var repair = SegmentRepair.CutOut(context, Label, directory, segment, end, fileLength, nextOffset, following);
        if (repair.Rest is { } rest && (isLast || rest.BaseOffset < following))
        {
            segments.Insert(index + 1, rest);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2050, LogLevel.Warning,
            "Partition {Partition}: an append that was cut off by the crash, and never acknowledged, is removed "
            + "({Bytes} bytes behind offset {Offset}).")]
        public static partial void TornTailCut(ILogger logger, string partition, long bytes, long offset);

        [LoggerMessage(2051, LogLevel.Error,
            "DATA LOST: files of partition {Partition} are missing or shorter than they were; its log should reach "
            + "offset {Offset}. What is there is checked and served.")]
        public static partial void FilesMissing(ILogger logger, string partition, long offset);

        [LoggerMessage(2054, LogLevel.Error,
            "DATA LOST: a segment of partition {Partition} is missing: {File}. The log has a gap from offset "
            + "{FromOffset} to {ToOffset}.")]
        public static partial void SegmentMissing(
            ILogger logger, string partition, string file, long fromOffset, long toOffset);

        [LoggerMessage(2055, LogLevel.Error,
            "DATA LOST: {Path} of partition {Partition} has {Bytes} bytes of {KnownBytes}. Of the offsets from "
            + "{FromOffset} to {ToOffset} the last are missing.")]
        public static partial void SegmentShorter(
            ILogger logger, string path, string partition, long bytes, long knownBytes, long fromOffset, long toOffset);

        [LoggerMessage(2056, LogLevel.Error,
            "Partition {Partition}: {Bytes} bytes behind offset {Offset} are damaged or were never acknowledged, it "
            + "cannot be told; they are kept in a .damaged file.")]
        public static partial void CannotBeTold(ILogger logger, string partition, long bytes, long offset);

        [LoggerMessage(2057, LogLevel.Error,
            "Partition {Partition}: {Path} ends at {Position} without the mark that a group is written with. What "
            + "followed is lost, or was never acknowledged; it cannot be told.")]
        public static partial void EndMissing(ILogger logger, string partition, string path, long position);

        [LoggerMessage(2052, LogLevel.Error,
            "Partition {Partition} cannot be opened and is offline. Other partitions are not affected.")]
        public static partial void CannotOpen(ILogger logger, Exception error, string partition);

        [LoggerMessage(2053, LogLevel.Warning, "The checkpoint of {Partition} is damaged; its log is scanned instead.")]
        public static partial void StateDamaged(ILogger logger, Exception error, string partition);
    }
}
