using System.Collections.Concurrent;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>
/// The store without its HTTP face: takes documents in, makes them durable, hands out snapshots to search.
/// Lock order: ingest lock → commit lock → leaf locks (segment set, positions).
/// </summary>
internal sealed partial class StoreEngine : IAsyncDisposable
{
    private readonly StoreOptions _options;
    private readonly IStoreFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SegmentSet _segments = new();
    private readonly SegmentCommitter _committer;
    private readonly PositionTable _positions = new();
    private readonly StoreMetrics _metrics;
    private readonly ConcurrentDictionary<string, bool> _corruptReported = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Guards the tail, the sequence and the order of positions; held for one bulk request.</summary>
    private readonly SemaphoreSlim _ingestLock = new(1, 1);

    /// <summary>Serializes what changes the set of files: publishing, merging's publish, retention.</summary>
    private readonly SemaphoreSlim _commitLock = new(1, 1);

    private readonly SemaphoreSlim _sealWanted = new(0);
    private readonly SemaphoreSlim _maintenanceWanted = new(0);

    private DirectoryLock? _directoryLock;
    private readonly Tail _tail = new();
    private TailGeneration? _sealing;
    private long _nextSequence;
    private long _nextCommitId;
    private int _corruptSegmentCount;
    private Task _sealLoop = Task.CompletedTask;
    private Task _maintenanceLoop = Task.CompletedTask;
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
    }

    public PositionTable Positions => _positions;

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

        engine._sealLoop = Task.Run(engine.SealLoopAsync);
        engine._maintenanceLoop = Task.Run(engine.MaintenanceLoopAsync);
        return engine;
    }

    /// <summary>
    /// Takes a bulk request in: every item gets its status. With claims it returns as soon as the documents can be
    /// found; without, when they are durable.
    /// </summary>
    public async ValueTask<IngestOutcome> IngestAsync(BulkRequest request, CancellationToken cancellationToken)
    {
        if (CheckDisk() is { } reason)
        {
            return new IngestOutcome(IngestResult.DiskLow, reason);
        }

        if (!await WaitForRoomAsync(cancellationToken))
        {
            return new IngestOutcome(IngestResult.Busy, "the store's memory is full and its disk does not keep up");
        }

        TailGeneration generation;
        await _ingestLock.WaitAsync(cancellationToken);
        try
        {
            if (_completion.Task.IsCompleted || _stopping.IsCancellationRequested)
            {
                return new IngestOutcome(IngestResult.Stopped, "the store is stopping");
            }

            if (request.Claims is not null && CheckClaims(request) is { } refused)
            {
                return refused;
            }

            generation = _tail.Generation;
            try
            {
                AddAll(request);
                if (request.Claims is not null)
                {
                    Advance(request.Claims, generation);
                }
            }
            catch (Exception error)
            {
                // Documents without their positions would come again from the queue and be doubled: nothing of this
                // tail may become durable.
                Fail(error);
                throw;
            }

            if (generation.IsDirty && (request.Claims is null || generation.RawBytes >= _options.SealBytes))
            {
                generation.IsSealWanted = true;
                _sealWanted.Release();
            }
        }
        finally
        {
            _ingestLock.Release();
        }

        return request.Claims is null
            ? await WaitDurableAsync(generation, cancellationToken)
            : new IngestOutcome(IngestResult.Done);
    }

    /// <summary>Makes everything taken in so far durable.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        TailGeneration generation;
        TailGeneration? sealing;
        bool isDirty;
        await _ingestLock.WaitAsync(cancellationToken);
        try
        {
            generation = _tail.Generation;
            sealing = _sealing;
            isDirty = generation.IsDirty;
            if (isDirty)
            {
                generation.IsSealWanted = true;
                _sealWanted.Release();
            }
        }
        finally
        {
            _ingestLock.Release();
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

    /// <summary>All documents at this moment.</summary>
    public async ValueTask<SearchSnapshot> AcquireSnapshotAsync(CancellationToken cancellationToken)
    {
        await _ingestLock.WaitAsync(cancellationToken);
        try
        {
            var blocks = new List<BlockSource>();
            var contents = new BlockContents();
            _tail.AddViews(blocks);
            var (segments, sealing, known) = _segments.Acquire();
            blocks.AddRange(sealing);
            foreach (var block in blocks)
            {
                contents.Add(((MemoryBlock)block).Contents);
            }

            contents.Add(known);
            foreach (var segment in segments)
            {
                blocks.AddRange(segment.Blocks);
            }

            return new SearchSnapshot(blocks, segments, contents, _corruptSegmentCount);
        }
        finally
        {
            _ingestLock.Release();
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
        var (bytes, count) = _segments.Size;
        var generation = _tail.Generation;
        return new StoreStatus(
            _segments.DocumentCount + generation.DocumentCount, bytes, count,
            generation.DocumentCount + (_sealing?.DocumentCount ?? 0),
            generation.RawBytes + (_sealing?.RawBytes ?? 0),
            _metrics.IngestedTotal, _metrics.DuplicatesTotal, _metrics.RejectedTotal,
            _metrics.GetDocumentsPerSecond(), _corruptSegmentCount + _corruptReported.Count);
    }

    public async ValueTask DisposeAsync()
    {
        if (_directoryLock is null)
        {
            return;
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(_sealLoop, _maintenanceLoop);
        _completion.TrySetResult();
        foreach (var segment in _segments.ToArray())
        {
            segment.Release();
        }

        _directoryLock.Dispose();
        _directoryLock = null;
        _stopping.Dispose();
    }

    private void Recover()
    {
        var recovery = new StoreRecovery(_options.Directory, _files, _logger);
        recovery.Run();
        _segments.Commit(recovery.Segments);
        _positions.MarkDurable(recovery.GetPositions());
        _nextSequence = recovery.NextSequence;
        _nextCommitId = recovery.NextCommitId;
        _corruptSegmentCount = recovery.CorruptSegments.Count;
        Log.Opened(_logger, _options.Directory, _segments.DocumentCount, recovery.Segments.Count);
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
