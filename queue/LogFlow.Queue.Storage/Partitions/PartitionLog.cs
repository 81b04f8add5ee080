using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A partition: an append-only log of record batches in segments. Everything that changes it happens on the writer
/// thread (<see cref="PartitionWriter"/>, <see cref="PartitionRetention"/>, <see cref="DamageRepair"/>); reads
/// (<see cref="PartitionReader"/>, <see cref="TimestampSearch"/>) run on any thread, without locks, over what was
/// published.
/// </summary>
public sealed class PartitionLog
{
    private readonly StorageContext _context;
    private readonly CheckpointWriter _checkpoints;
    private readonly PublishedLog _published;
    private readonly LeaderEpochs _epochs;
    private readonly ProducerStateManager _producers;
    private readonly PartitionWriter _writer;
    private readonly PartitionReader _reader;
    private readonly TimestampSearch _times;
    private readonly DamageRepair _damage;
    private readonly PartitionRetention _retention;
    private readonly PartitionCheckpoint _checkpoint;
    private readonly HighWatermarkListeners _listeners = new();

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
        _epochs = state.Epochs;
        _producers = state.Producers;
        _published = new PublishedLog(topic, partition, directory, segments, state);
        _published.IsStateChanged = savedState is null;
        _published.IsOffline = isOffline;
        _damage = new DamageRepair(context, _published);
        var search = new BatchSearch(context.Logger, _published);
        _reader = new PartitionReader(context, _published, search, _damage);
        _times = new TimestampSearch(context.Logger, _published, search, _damage);
        _writer = new PartitionWriter(context, _published, state, NotifyListeners);
        _retention = new PartitionRetention(context, _published, _writer, state.Epochs);
        _checkpoint = new PartitionCheckpoint(_published, _writer, state, savedState);
    }

    /// <summary>The topic.</summary>
    public Topic Topic => _published.Topic;

    /// <summary>Number within the topic.</summary>
    public int Partition => _published.Partition;

    /// <summary>The first offset that is there.</summary>
    public long LogStartOffset => _published.LogStartOffset;

    /// <summary>The first offset that is not durable, and so not visible.</summary>
    public long HighWatermark => _published.HighWatermark;

    /// <summary>The offset of the next record; above the high watermark while a group commit runs.</summary>
    public long LogEndOffset => _published.LogEndOffset;

    /// <summary>
    /// The first offset below which no transaction is open; what read_committed consumers see the end at.
    /// </summary>
    public long LastStableOffset => _published.LastStableOffset;

    /// <summary>A transaction is open, also where all of its records here are below the log's start.</summary>
    public bool HasOpenTransaction => _published.StableOffset < HighWatermark;

    /// <summary>The epoch that new batches are stamped with; rises with every start after a crash.</summary>
    public int LeaderEpoch => _context.LeaderEpoch;

    /// <summary>Bytes of all segments.</summary>
    public long SizeInBytes => _published.SizeInBytes;

    /// <summary>A write or sync failed: no appends until a restart; what is durable can be read.</summary>
    public bool IsOffline => _published.IsOffline;

    /// <summary>The topic was deleted.</summary>
    public bool IsDeleted => _published.IsDeleted;

    internal IReadOnlyList<LogSegment> Segments => _published.Segments;

    internal string Label => _published.Label;

    internal string DirectoryPath => _published.DirectoryPath;

    /// <inheritdoc cref="SyncPolicy.HasUnsynced"/>
    internal bool HasUnsynced => _writer.HasUnsynced;

    /// <inheritdoc cref="PublishedLog.IsStateChanged"/>
    internal bool IsStateChanged => _published.IsStateChanged;

    /// <summary>An exchange of segments is under way, or failed and is finished by the next start.</summary>
    internal bool IsSwapping => _published.IsSwapping;

    /// <inheritdoc cref="PublishedLog.Cleaner"/>
    internal CleanerCheckpoint Cleaner
    {
        get => _published.Cleaner;
        set => _published.Cleaner = value;
    }

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

        var operation = AppendOperation.Rent(_writer, batch.Bytes, batch.Header, batch.TakeMemory());
        var task = operation.AsValueTask();
        _context.Writer.Enqueue(operation);
        return task;
    }

    /// <summary>Checks and appends one batch.</summary>
    /// <inheritdoc cref="Check"/>
    public ValueTask<AppendResult> AppendAsync(Lease<LeasedBytes> memory, ReadOnlyMemory<byte> batch) =>
        AppendAsync(Check(memory, batch));

    /// <summary>
    /// Reads durable batches from the one that holds <paramref name="offset"/> on, up to
    /// <paramref name="maxBytes"/>; the first is returned whole even where it is larger. Never waits for data.
    /// Many bytes that this process has written or checked itself are left in their file (<see cref="FileRegion"/>);
    /// others are read into memory, where each batch is checked.
    /// </summary>
    /// <param name="offset">The first offset wanted.</param>
    /// <param name="maxBytes">The most bytes.</param>
    /// <param name="maxMemoryBytes">The most bytes that are read into memory.</param>
    /// <param name="isReadCommitted">
    /// Read only below the last stable offset, and say which transactions in what is read were aborted.
    /// </param>
    public ReadResult Read(
        long offset, int maxBytes, int maxMemoryBytes = int.MaxValue, bool isReadCommitted = false) =>
        _reader.Read(offset, maxBytes, maxMemoryBytes, isReadCommitted);

    /// <summary>The first record whose timestamp is not below <paramref name="timestampMs"/>.</summary>
    public OffsetLookup FindOffsetByTimestamp(long timestampMs) => _times.FindOffsetByTimestamp(timestampMs);

    /// <summary>The first record that has the largest timestamp.</summary>
    public OffsetLookup FindMaxTimestamp() => _times.FindMaxTimestamp();

    /// <summary>Where an epoch ended, as OffsetForLeaderEpoch asks.</summary>
    public EpochEndOffset GetEpochEndOffset(int leaderEpoch) => _epochs.FindEnd(leaderEpoch, HighWatermark);

    /// <summary>The epoch that an offset was written in; of the end, that of what comes next.</summary>
    public int GetEpochAt(long offset)
    {
        var epoch = offset < HighWatermark ? _epochs.FindEpoch(offset) : -1;
        return epoch < 0 ? LeaderEpoch : epoch;
    }

    /// <summary>
    /// Moves the log's start up, durably (DeleteRecords); -1: to the high watermark. OffsetOutOfRange above it.
    /// </summary>
    public async Task<ErrorCode> DeleteRecordsAsync(long beforeOffset)
    {
        var (error, removed) = await _context.Writer.RunAsync(() => _retention.MoveLogStart(beforeOffset));
        if (error == ErrorCode.None)
        {
            LogStartFile.Save(_context.Files, DirectoryPath, LogStartOffset);
            await _checkpoints.WriteAsync();
            DeleteFiles(removed);
        }

        return error;
    }

    /// <summary>
    /// Ends a producer's transaction in this partition with a marker, durably. Where none is open the marker is written
    /// all the same, as Kafka does: it fences older epochs of the producer.
    /// </summary>
    /// <param name="producerId">Whose transaction.</param>
    /// <param name="producerEpoch">InvalidProducerEpoch is answered where the partition knows a higher one.</param>
    /// <param name="coordinatorEpoch">TransactionCoordinatorFenced is answered where it knows a higher one.</param>
    /// <param name="isCommit">Commit, or abort.</param>
    public async Task<AppendResult> EndTransactionAsync(
        long producerId, short producerEpoch, int coordinatorEpoch, bool isCommit)
    {
        var marker = new TransactionMarker(isCommit, coordinatorEpoch);
        var batch = marker.ToBatch(producerId, producerEpoch, _context.NowMs());
        var operation = AppendOperation.Rent(_writer, batch, RecordBatchHeader.Read(batch));
        var task = operation.AsValueTask();
        _context.Writer.Enqueue(operation);
        return await task;
    }

    /// <summary>All producers that the partition remembers, as of between two group commits.</summary>
    public Task<IReadOnlyList<ActiveProducer>> GetProducersAsync() => _context.Writer.RunAsync(() =>
    {
        var producers = new List<ActiveProducer>(_producers.Count);
        foreach (var producer in _producers.Producers)
        {
            producers.Add(new ActiveProducer(
                producer.ProducerId,
                producer.Epoch,
                producer.LastSequence,
                producer.LastAppendMs,
                _producers.Transactions.Ongoing.CoordinatorEpochOf(producer.ProducerId),
                _producers.Transactions.Ongoing.FirstOffsetOf(producer.ProducerId)));
        }

        return (IReadOnlyList<ActiveProducer>)producers;
    });

    /// <summary>
    /// Is told when more can be read. Look at the log again after adding: nothing is told of the past.
    /// </summary>
    public void AddListener(IHighWatermarkListener listener) => _listeners.Add(listener);

    /// <summary>Ends what <see cref="AddListener"/> began. A call that is under way may still arrive.</summary>
    public void RemoveListener(IHighWatermarkListener listener) => _listeners.Remove(listener);

    internal Task AddToAsync(ProducerSurvey survey, IReadOnlySet<long> ids) => _context.Writer.RunAsync(() =>
    {
        foreach (var producer in _producers.Producers)
        {
            survey.Add(producer.ProducerId, producer.Epoch, ids.Contains(producer.ProducerId));
        }

        return true;
    });

    /// <inheritdoc cref="PartitionWriter.FlushIfDue"/>
    internal bool FlushIfDue(long nowMs) => _writer.FlushIfDue(nowMs);

    /// <inheritdoc cref="PartitionRetention.Apply"/>
    internal IReadOnlyList<LogSegment> ApplyRetention(long nowMs) => _retention.Apply(nowMs);

    /// <inheritdoc cref="PartitionCheckpoint.Capture"/>
    internal byte[]? CaptureState() => _checkpoint.Capture();

    /// <inheritdoc cref="PartitionCheckpoint.CaptureSealed"/>
    internal SegmentMark[] CaptureSealed() => _checkpoint.CaptureSealed();

    /// <summary>Adds to the index file what it lacks; any thread.</summary>
    internal void SaveActiveIndex() => _published.Active.SaveIndex();

    /// <summary>Forgets producers that were silent for too long.</summary>
    internal void ExpireProducers(long silentSinceMs)
    {
        if (_producers.Count > 0 && _producers.Expire(silentSinceMs))
        {
            _published.IsStateChanged = true;
        }
    }

    /// <summary>Closes files that nobody used for a while.</summary>
    internal void CloseIdleFiles(long idleMs)
    {
        foreach (var segment in _published.Segments)
        {
            segment.CloseIfIdle(idleMs);
        }
    }

    /// <summary>At a clean stop: gives back reserved space and closes. Writer is between groups or has ended.</summary>
    /// <returns>All of it is durable.</returns>
    internal bool Close()
    {
        _writer.Flush();
        var active = _published.Active;
        if (active.ReservedBytes > active.EndPosition && !IsOffline)
        {
            // Not synced: should the old size come back after a power cut, the checkpoint still says where the data
            // ends.
            active.File.SetLength(active.EndPosition);
        }

        foreach (var segment in _published.Segments)
        {
            segment.SaveIndex();
            segment.Close();
        }

        return !IsOffline && !HasUnsynced;
    }

    /// <summary>The topic is gone: appends and reads end.</summary>
    internal void MarkDeleted()
    {
        _published.IsDeleted = true;
        foreach (var segment in _published.Segments)
        {
            segment.Close();
        }

        NotifyListeners();
    }

    /// <summary>Writer: base offset of the last batch of each known producer.</summary>
    internal IReadOnlyDictionary<long, long> CaptureLastBatches()
    {
        var lastBatches = new Dictionary<long, long>(_producers.Count);
        foreach (var producer in _producers.Producers)
        {
            if (producer.BatchCount > 0)
            {
                lastBatches.Add(producer.ProducerId, producer.Batches[^1].BaseOffset);
            }
        }

        return lastBatches;
    }

    /// <summary>
    /// Writer: readers see the cleaned segment from here on. False where the old ones are not all there any more.
    /// </summary>
    internal bool BeginSwap(LogSegment[] old, LogSegment cleaned)
    {
        var segments = _published.Segments;
        var index = Array.IndexOf(segments, old[0]);
        if (IsDeleted || IsOffline || index < 0 || index + old.Length >= segments.Length
            || !segments.AsSpan(index, old.Length).SequenceEqual(old))
        {
            return false;
        }

        _published.IsSwapping = true;
        _published.Segments = [.. segments[..index], cleaned, .. segments[(index + old.Length)..]];
        foreach (var segment in old)
        {
            segment.Retire();
        }

        return true;
    }

    /// <summary>Writer: the files are where they belong.</summary>
    internal bool EndSwap()
    {
        _published.IsSwapping = false;
        return true;
    }

    /// <summary>Writer: no record of transactions that were aborted below an offset is left.</summary>
    internal bool ForgetAborted(long offset)
    {
        _published.Aborted.TruncateStart(offset);
        _published.IsStateChanged = true;
        return true;
    }

    /// <summary>Compaction met damage: it is put aside as where a reader meets it.</summary>
    internal void ReportDamage(LogSegment segment, long position)
    {
        using var failure = _damage.Report(segment, position, segment.BaseOffset);
    }

    internal static void DeleteFiles(IReadOnlyList<LogSegment> segments)
    {
        foreach (var segment in segments)
        {
            segment.Delete();
        }
    }

    private void NotifyListeners() => _listeners.Notify(this);
}
