using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A partition: an append-only log of record batches in segments. Everything that changes it happens on the writer
/// thread (PartitionLog.Write.cs, PartitionLog.Upkeep.cs); reads run on any thread, without locks, over what was
/// published (PartitionLog.Read.cs).
/// </summary>
public sealed partial class PartitionLog
{
    private readonly StorageContext _context;
    private readonly CheckpointWriter _checkpoints;
    private readonly string _directory;
    private readonly LeaderEpochs _epochs;
    private string? _label;

    // Guards _listeners; each change makes a new array.
    private readonly Lock _listenerLock = new();
    private volatile IHighWatermarkListener[] _listeners = [];

    // Published by the writer: the segments by base offset, the last one active.
    private volatile LogSegment[] _segments;
    private long _logStartOffset;
    private long _highWatermark;
    private long _logEndOffset;
    private volatile bool _isOffline;
    private volatile bool _isDeleted;

    internal PartitionLog(
        StorageContext context,
        CheckpointWriter checkpoints,
        Topic topic,
        int partition,
        string directory,
        LogSegment[] segments,
        PartitionState state,
        byte[]? savedState,
        bool isOffline = false)
    {
        _context = context;
        _checkpoints = checkpoints;
        Topic = topic;
        Partition = partition;
        _directory = directory;
        _segments = segments;
        _epochs = state.Epochs;
        _producers = state.Producers;
        _transactions = state.Producers.Transactions;
        _lastStableOffset = _transactions.Ongoing.GetLastStableOffset(state.NextOffset);
        _logStartOffset = state.LogStartOffset;
        _logEndOffset = state.NextOffset;
        _highWatermark = state.NextOffset;
        _savedState = savedState;
        _isStateChanged = savedState is null;
        _isOffline = isOffline;
    }

    /// <summary>The topic.</summary>
    public Topic Topic { get; }

    /// <summary>Number within the topic.</summary>
    public int Partition { get; }

    /// <summary>The first offset that is there.</summary>
    public long LogStartOffset => Volatile.Read(ref _logStartOffset);

    /// <summary>The first offset that is not durable, and so not visible.</summary>
    public long HighWatermark => Volatile.Read(ref _highWatermark);

    /// <summary>The offset of the next record; above the high watermark while a group commit runs.</summary>
    public long LogEndOffset => Volatile.Read(ref _logEndOffset);

    /// <summary>The epoch that new batches are stamped with; rises with every start after a crash.</summary>
    public int LeaderEpoch => _context.LeaderEpoch;

    /// <summary>Bytes of all segments.</summary>
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

    /// <summary>A write or sync failed: no appends until a restart; what is durable can be read.</summary>
    public bool IsOffline => _isOffline;

    /// <summary>The topic was deleted.</summary>
    public bool IsDeleted => _isDeleted;

    internal IReadOnlyList<LogSegment> Segments => _segments;

    internal string Label => _label ??= $"{Topic.Name}-{Partition}";

    /// <summary>
    /// Looks at one record batch, changes nothing. What a request has for several partitions is checked whole before
    /// the first of it is appended.
    /// </summary>
    /// <param name="memory">What the batch lies in; the result has a share of it where the batch can be
    /// appended.</param>
    /// <param name="batch">The batch, in memory that can be written: offset and epoch are set in place.</param>
    public CheckedBatch Check(Lease<LeasedBytes> memory, ReadOnlyMemory<byte> batch)
    {
        var checks = BatchValidation.Check(
            batch, Topic.Config, Label, _context.Options.DecompressedBytesMax, _context.NowMs());
        if (checks.Error != ErrorCode.None)
        {
            return new CheckedBatch(this, checks);
        }

        return checks.Recompressed is { } recompressed
            ? new CheckedBatch(this, checks.Header, recompressed.Memory, recompressed)
            : new CheckedBatch(this, checks.Header, MemoryMarshal.AsMemory(batch), memory.Retain());
    }

    /// <summary>
    /// Appends a batch that <see cref="Check"/> let pass; the task completes after fdatasync. Its memory stays until
    /// then, whoever awaits the task or not. Calls for one partition are appended in the order of the calls.
    /// </summary>
    public ValueTask<AppendResult> AppendAsync(CheckedBatch batch)
    {
        if (batch.Error != ErrorCode.None)
        {
            return ValueTask.FromResult(batch.Refusal);
        }

        var operation = AppendOperation.Rent(this, batch.Bytes, batch.Header, batch.TakeMemory());
        var task = operation.AsValueTask();
        _context.Writer.Enqueue(operation);
        return task;
    }

    /// <summary>Checks and appends one batch.</summary>
    /// <inheritdoc cref="Check"/>
    public ValueTask<AppendResult> AppendAsync(Lease<LeasedBytes> memory, ReadOnlyMemory<byte> batch) =>
        AppendAsync(Check(memory, batch));

    /// <summary>Where an epoch ended, as OffsetForLeaderEpoch asks.</summary>
    public EpochEndOffset GetEpochEndOffset(int leaderEpoch) => _epochs.FindEnd(leaderEpoch, HighWatermark);

    /// <summary>The epoch that an offset was written in; of the end, that of what comes next.</summary>
    public int GetEpochAt(long offset)
    {
        var epoch = offset < HighWatermark ? _epochs.FindEpoch(offset) : -1;
        return epoch < 0 ? LeaderEpoch : epoch;
    }

    /// <summary>
    /// Is told when more can be read. Look at the log again after adding: nothing is told of the past.
    /// </summary>
    public void AddListener(IHighWatermarkListener listener)
    {
        lock (_listenerLock)
        {
            _listeners = [.. _listeners, listener];
        }
    }

    /// <summary>Ends what <see cref="AddListener"/> began. A call that is under way may still arrive.</summary>
    public void RemoveListener(IHighWatermarkListener listener)
    {
        lock (_listenerLock)
        {
            var index = Array.IndexOf(_listeners, listener);
            if (index >= 0)
            {
                _listeners = [.. _listeners[..index], .. _listeners[(index + 1)..]];
            }
        }
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

        [LoggerMessage(2023, LogLevel.Information,
            "Retention of {Partition} removes {Count} segments; the log now starts at offset {Offset}.")]
        public static partial void RetentionRemoves(ILogger logger, string partition, int count, long offset);

        [LoggerMessage(2028, LogLevel.Error,
            "Partition {Partition}: an answer could not be read to its end, so its reader's connection is closed; what "
            + "it asks for next is read with all checks.")]
        public static partial void RegionFailed(ILogger logger, Exception error, string partition);

        [LoggerMessage(2024, LogLevel.Error, "Partition {Partition} cannot be read at offset {Offset}.")]
        public static partial void ReadFailed(ILogger logger, Exception error, string partition, long offset);

        [LoggerMessage(2025, LogLevel.Error,
            "The file {Path} of partition {Partition} is damaged at position {Position} (offset {Offset}).")]
        public static partial void DamageFound(
            ILogger logger, string path, string partition, long position, long offset);

        [LoggerMessage(2026, LogLevel.Warning, "The index {Path} does not match its segment and is made again.")]
        public static partial void IndexDamaged(ILogger logger, string path);

        [LoggerMessage(2027, LogLevel.Error, "The damage in {Path} of partition {Partition} could not be put aside.")]
        public static partial void RepairFailed(ILogger logger, Exception error, string path, string partition);
    }
}
