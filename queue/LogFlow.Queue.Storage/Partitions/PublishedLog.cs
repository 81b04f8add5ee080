using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What can be seen of a partition at a moment. The writer thread sets it; readers take it from any thread, without
/// locks. Segments are exchanged as a whole array, offsets only rise.
/// </summary>
internal sealed class PublishedLog
{
    private string? _label;
    private volatile LogSegment[] _segments;
    private volatile bool _isOffline;
    private volatile bool _isDeleted;
    private volatile bool _isSwapping;
    private volatile bool _isStateChanged;
    private long _logStartOffset;
    private long _highWatermark;
    private long _logEndOffset;
    private long _stableOffset;

    public PublishedLog(Topic topic, int partition, string directory, LogSegment[] segments, PartitionState state)
    {
        Topic = topic;
        Partition = partition;
        DirectoryPath = directory;
        _segments = segments;
        _logStartOffset = state.LogStartOffset;
        _logEndOffset = state.NextOffset;
        _highWatermark = state.NextOffset;
        Aborted = state.Producers.Transactions.Aborted;
        _stableOffset = state.Producers.Transactions.Ongoing.GetLastStableOffset(state.NextOffset);
    }

    public Topic Topic { get; }

    public int Partition { get; }

    public string DirectoryPath { get; }

    public string Label => _label ??= $"{Topic.Name}-{Partition}";

    /// <summary>The segments by base offset; the last one is active.</summary>
    public LogSegment[] Segments
    {
        get => _segments;
        set => _segments = value;
    }

    public LogSegment Active => _segments[^1];

    public long LogStartOffset
    {
        get => Volatile.Read(ref _logStartOffset);
        set => Volatile.Write(ref _logStartOffset, value);
    }

    public long HighWatermark
    {
        get => Volatile.Read(ref _highWatermark);
        set => Volatile.Write(ref _highWatermark, value);
    }

    public long LogEndOffset
    {
        get => Volatile.Read(ref _logEndOffset);
        set => Volatile.Write(ref _logEndOffset, value);
    }

    /// <summary>
    /// Where the oldest open transaction begins, or the end. Set after the high watermark: all that was staged is
    /// durable then.
    /// </summary>
    public long StableOffset
    {
        get => Volatile.Read(ref _stableOffset);
        set => Volatile.Write(ref _stableOffset, value);
    }

    /// <inheritdoc cref="PartitionLog.LastStableOffset"/>
    public long LastStableOffset
    {
        get
        {
            // Published after the high watermark, so read before it.
            var stableOffset = StableOffset;
            return Math.Min(HighWatermark, Math.Max(stableOffset, LogStartOffset));
        }
    }

    public AbortedTransactionIndex Aborted { get; }

    /// <summary>How far compaction has come. The cleaner's, and at the start the loader's.</summary>
    public CleanerCheckpoint Cleaner { get; set; } = CleanerCheckpoint.None;

    public bool IsOffline
    {
        get => _isOffline;
        set => _isOffline = value;
    }

    public bool IsDeleted
    {
        get => _isDeleted;
        set => _isDeleted = value;
    }

    /// <summary>Segments are being exchanged, and their files must be left alone.</summary>
    public bool IsSwapping
    {
        get => _isSwapping;
        set => _isSwapping = value;
    }

    /// <summary>A checkpoint would say something new.</summary>
    public bool IsStateChanged
    {
        get => _isStateChanged;
        set => _isStateChanged = value;
    }

    /// <summary>Bytes of all segments that readers may see.</summary>
    public long SizeInBytes
    {
        get
        {
            long size = 0;
            foreach (var segment in _segments)
            {
                size += segment.DurablePosition;
            }

            return size;
        }
    }

    /// <summary>Where a reader has to stop.</summary>
    public long VisibleEnd(bool isReadCommitted) => isReadCommitted ? LastStableOffset : HighWatermark;

    public ReadResult NoBatches(ErrorCode error) =>
        new(error, null, 0, HighWatermark, LastStableOffset, LogStartOffset);
}
