using System.Collections.Concurrent;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>
/// The store without its HTTP face: takes documents in, makes them durable, hands out snapshots to search.
/// Everything that is searched stands in one immutable <see cref="StoreState"/>, replaced by a swap.
/// Lock order: ingest turn → commit lock → leaf locks (publish, id filters, an open block's gate).
/// </summary>
internal sealed partial class StoreEngine : IAsyncDisposable
{
    private readonly StoreOptions _options;
    private readonly IStoreFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SegmentCommitter _committer;
    private readonly IdFilters _idFilters;
    private readonly StoreMetrics _metrics;
    private readonly ConcurrentDictionary<string, bool> _corruptReported = new(StringComparer.Ordinal);
    private readonly BackgroundWork _work = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Guards the tail, the sequence and the order of positions; held for one bulk request. Searches never
    /// ask for it.</summary>
    private readonly SemaphoreSlim _ingestTurn = new(1, 1);

    /// <summary>Guards the swap of <see cref="_state"/>; leaf lock, held for the making of the next state.</summary>
    private readonly Lock _publishLock = new();

    /// <summary>Guards the encoder of views; held while a search encodes the published rows of open blocks.</summary>
    private readonly Lock _viewLock = new();
    private readonly ColumnEncoder _viewEncoder = new();

    /// <summary>Serializes what changes the set of files: publishing, merging's publish, retention.</summary>
    private readonly SemaphoreSlim _commitLock = new(1, 1);

    private readonly SemaphoreSlim _sealWanted = new(0);
    private readonly SemaphoreSlim _maintenanceWanted = new(0);

    private DirectoryLock? _directoryLock;
    private readonly Tail _tail = new();
    private StoreState _state = new() { Segments = SegmentList.Empty };
    private long _nextSequence;
    private long _nextCommitId;
    private FoundOffsets _found = new();
    private int _corruptSegmentCount;
    private long _diskCheckedAt;
    private volatile bool _diskIsLow;

    private StoreEngine(
        StoreOptions options, IStoreFileSystem files, TimeProvider time, ILogger logger, StoreMetrics metrics)
    {
        _options = options;
        _files = files;
        _time = time;
        _logger = logger;
        _metrics = metrics;
        _committer = new SegmentCommitter(options.Directory, files);
        _idFilters = new IdFilters(options.IdFilterBytesMax, ReportCorrupt);
    }

    public PositionTable Positions => State.Positions;

    public StoreOptions Options => _options;

    /// <summary>Faulted when the store must not go on.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Why writes are refused at the moment, or null.</summary>
    public string? WriteProblem { get; private set; }

    /// <exception cref="DirectoryLockedException">Another process has the folder.</exception>
    public static StoreEngine Open(
        StoreOptions options, IStoreFileSystem files, TimeProvider time, ILogger logger, StoreMetrics metrics)
    {
        var engine = new StoreEngine(options, files, time, logger, metrics)
        {
            _directoryLock = DirectoryLock.Acquire(options.Directory),
        };
        try
        {
            engine.Recover();
        }
        catch
        {
            engine._directoryLock.Dispose();
            throw;
        }

        engine._work.Start("seal", engine.SealLoopAsync);
        engine._work.Start("maintenance", engine.MaintenanceLoopAsync);
        return engine;
    }

    /// <summary>
    /// Takes a bulk request in: every item gets its status. With claims it returns as soon as the documents can be
    /// found; without, or where one lies below its position, when they are durable.
    /// </summary>
    public async ValueTask<IngestOutcome> IngestAsync(BulkItems request, CancellationToken cancellationToken)
    {
        if (CheckDisk() is { } reason)
        {
            return new IngestOutcome(IngestResult.DiskLow, reason);
        }

        if (!await WaitForRoomAsync(cancellationToken))
        {
            return new IngestOutcome(IngestResult.Busy, "the store's memory is full and its disk does not keep up");
        }

        if (request.HasForeignIds)
        {
            // Before the turn: what is missing of the filters is read from disk.
            var segments = RetainState().Segments;
            try
            {
                _idFilters.Prepare(segments);
            }
            finally
            {
                segments.Release();
            }
        }

        TailGeneration generation;
        bool mustBeDurable;
        await _ingestTurn.WaitAsync(cancellationToken);
        try
        {
            if (_completion.Task.IsCompleted || _work.Stopping.IsCancellationRequested)
            {
                return new IngestOutcome(IngestResult.Stopped, "the store is stopping");
            }

            generation = _tail.Generation;
            if (TakeIn(request) is { } refused)
            {
                return refused;
            }

            // What was stored below a position is not read again for it when the tail is lost.
            mustBeDurable = request.Claims is null || _hasAddedBelow;
            if (generation.IsDirty && (mustBeDurable || generation.RawBytes >= _options.SealBytes))
            {
                generation.IsSealWanted = true;
                _sealWanted.Release();
            }
        }
        finally
        {
            _ingestTurn.Release();
        }

        return mustBeDurable
            ? await WaitDurableAsync(generation, cancellationToken)
            : new IngestOutcome(IngestResult.Done);
    }

    /// <summary>Makes everything taken in so far durable.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        TailGeneration generation;
        TailGeneration? sealing;
        bool isDirty;
        await _ingestTurn.WaitAsync(cancellationToken);
        try
        {
            generation = _tail.Generation;
            sealing = State.Sealing;
            isDirty = generation.IsDirty;
            if (isDirty)
            {
                generation.IsSealWanted = true;
                _sealWanted.Release();
            }
        }
        finally
        {
            _ingestTurn.Release();
        }

        if (sealing is not null)
        {
            await sealing.Durable.Task.WaitAsync(cancellationToken);
        }

        if (isDirty)
        {
            await generation.Durable.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>All documents at this moment. Waits for nobody: no bulk, no seal, no merge.</summary>
    public SearchSnapshot AcquireSnapshot()
    {
        while (true)
        {
            var state = RetainState();
            if (TryViewMemory(state) is { } memory)
            {
                return new SearchSnapshot(state, memory, _corruptSegmentCount);
            }

            state.Segments.Release();
        }
    }

    /// <summary>A search met damaged bytes: counted, and logged once per place.</summary>
    public void ReportCorrupt(string origin, string reason)
    {
        if (_corruptReported.TryAdd(origin, true))
        {
            _metrics.Corrupt.Add(1);
            Log.CorruptBlock(_logger, origin, reason);
        }
    }

    public StoreStatus GetStatus()
    {
        var state = State;
        return new StoreStatus(
            state.Segments.DocumentCount + state.TailDocumentCount, state.Segments.Bytes,
            state.Segments.Segments.Count, state.TailDocumentCount, state.TailRawBytes,
            _metrics.IngestedTotal, _metrics.DuplicatesTotal, _metrics.RejectedTotal,
            _metrics.GetDocumentsPerSecond(), _corruptSegmentCount + _corruptReported.Count);
    }

    public async ValueTask DisposeAsync()
    {
        if (_directoryLock is null)
        {
            return;
        }

        await _work.DisposeAsync();
        _completion.TrySetResult();
        Publish(state => state.With(segments: SegmentList.Empty));
        _directoryLock.Dispose();
        _directoryLock = null;
    }

    private StoreState State => Volatile.Read(ref _state);

    private void Recover()
    {
        var recovery = new StoreRecovery(_options.Directory, _files, _logger);
        recovery.Run();
        Publish(state => state.With(
            SegmentList.Of(recovery.Segments), positions: state.Positions.MarkDurable(recovery.GetPositions())));
        ReleaseAll(recovery.Segments);
        _nextSequence = recovery.NextSequence;
        _nextCommitId = recovery.NextCommitId;
        _corruptSegmentCount = recovery.CorruptSegments.Count;
        _found = recovery.Found;
        Log.Opened(_logger, _options.Directory, State.Segments.DocumentCount, recovery.Segments.Count);
    }

    /// <summary>Puts the next state in place of the newest one. <paramref name="change"/> must be quick.</summary>
    private void Publish(Func<StoreState, StoreState> change)
    {
        StoreState old;
        StoreState next;
        lock (_publishLock)
        {
            old = _state;
            next = change(old);
            Volatile.Write(ref _state, next);
        }

        if (!ReferenceEquals(old.Segments, next.Segments))
        {
            old.Segments.Release();
        }
    }

    /// <summary>The newest state; the caller releases its segments.</summary>
    private StoreState RetainState()
    {
        while (true)
        {
            var state = State;
            if (state.Segments.TryRetain())
            {
                return state;
            }
        }
    }

    /// <summary>The blocks in memory; null where the state is no longer the newest.</summary>
    private List<MemoryBlock>? TryViewMemory(StoreState state)
    {
        var memory = new List<MemoryBlock>();
        lock (_viewLock)
        {
            if (!state.Tail.TryAddBlocks(_viewEncoder, memory))
            {
                return null;
            }
        }

        memory.AddRange((state.Sealing?.Blocks ?? []).Select(entry => entry.Block));
        return memory;
    }

    private static void ReleaseAll(IEnumerable<SegmentReader> segments)
    {
        foreach (var segment in segments)
        {
            segment.Release();
        }
    }

    private async ValueTask<bool> WaitForRoomAsync(CancellationToken cancellationToken)
    {
        var generation = _tail.Generation;
        if (generation.RawBytes < _options.SealBytes)
        {
            return true;
        }

        _sealWanted.Release();
        try
        {
            await generation.Cut.Task.WaitAsync(_options.RoomTimeout, _time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async ValueTask<IngestOutcome> WaitDurableAsync(TailGeneration generation, CancellationToken cancellation)
    {
        if (!generation.IsDirty)
        {
            return new IngestOutcome(IngestResult.Done);
        }

        try
        {
            await generation.Durable.Task.WaitAsync(_options.DurableTimeout, _time, cancellation);
            return new IngestOutcome(IngestResult.Done);
        }
        catch (Exception error) when (error is TimeoutException or IOException)
        {
            return new IngestOutcome(IngestResult.NotDurable, "the documents could not be made durable: "
                + (WriteProblem ?? error.Message));
        }
    }

    /// <summary>Why the disk refuses writes, or null; asked of the operating system once a second.</summary>
    private string? CheckDisk()
    {
        if (_options.DiskFreeBytesMin > 0
            && (_diskCheckedAt == 0 || _time.GetElapsedTime(_diskCheckedAt) > TimeSpan.FromSeconds(1)))
        {
            _diskCheckedAt = _time.GetTimestamp();
            _diskIsLow = _files.GetFreeBytes(_options.Directory) < _options.DiskFreeBytesMin;
        }

        return _diskIsLow
            ? $"less than {_options.DiskFreeBytesMin} bytes (disk.free.min) are free on the disk of "
                + $"{_options.Directory}: free space, or lower retention.days or retention.bytes"
            : null;
    }

    private static partial class Log
    {
        [LoggerMessage(7010, LogLevel.Information,
            "Opened the store in {Directory}: {DocumentCount} documents in {SegmentCount} segments.")]
        public static partial void Opened(ILogger logger, string directory, long documentCount, int segmentCount);

        [LoggerMessage(7011, LogLevel.Error, "Damaged data is skipped by searches: {Origin}: {Reason}.")]
        public static partial void CorruptBlock(ILogger logger, string origin, string reason);

        [LoggerMessage(7012, LogLevel.Error,
            "The newest {DocumentCount} documents cannot be written to disk: {Reason}. They are searchable and still "
            + "in the queue; writing is tried again every second.")]
        public static partial void SealFailed(ILogger logger, long documentCount, string reason);

        [LoggerMessage(7019, LogLevel.Information, "The store writes to disk again, after {Seconds:0} s.")]
        public static partial void SealRecovered(ILogger logger, double seconds);

        [LoggerMessage(7013, LogLevel.Critical, "The store stops: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(7014, LogLevel.Debug,
            "Commit {CommitId}: {DocumentCount} documents in {SegmentCount} segments, {Milliseconds} ms.")]
        public static partial void Committed(
            ILogger logger, long commitId, long documentCount, int segmentCount, double milliseconds);

        [LoggerMessage(7015, LogLevel.Warning, "Merging segments of {Day} failed: {Reason}.")]
        public static partial void MergeFailed(ILogger logger, string day, string reason);

        [LoggerMessage(7016, LogLevel.Debug, "Merged {Count} segments of {Day} into one of {Bytes} bytes.")]
        public static partial void Merged(ILogger logger, int count, string day, long bytes);

        [LoggerMessage(7017, LogLevel.Information,
            "Retention removed {Count} segments of {Day} with {DocumentCount} documents.")]
        public static partial void Expired(ILogger logger, int count, string day, long documentCount);

        [LoggerMessage(7018, LogLevel.Error, "Retention or merging failed and is tried again: {Reason}.")]
        public static partial void MaintenanceFailed(ILogger logger, string reason);
    }
}
