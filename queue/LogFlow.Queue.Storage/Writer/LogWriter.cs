using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The one thread that writes to a data directory. It takes all that is queued, writes it, syncs each touched file
/// once, and only then answers: the busier the queue, the larger the groups. It sleeps without a timer.
/// The queue is bounded by its callers: each operation holds memory that a connection owns and accounts for.
/// </summary>
internal sealed partial class LogWriter : IDisposable
{
    private const int ParallelSyncCountMin = 4;

    private static readonly ParallelOptions ParallelSync = new() { MaxDegreeOfParallelism = 8 };

    private readonly ILogger _logger;
    private readonly StorageMetrics _metrics;
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    // Guards _queue and _isStopped.
    private readonly Lock _queueLock = new();
    private List<WriteOperation> _queue = [];
    private bool _isStopped;

    // The writer thread's own.
    private readonly List<IWriteTarget> _targets = [];
    private List<WriteOperation> _group = [];
    private int _answeredCount;
    private long _bytesWritten;

    public LogWriter(ILogger logger, StorageMetrics metrics)
    {
        _logger = logger;
        _metrics = metrics;
        _thread = new Thread(Run) { Name = "logflow-writer", IsBackground = true };
    }

    /// <summary>Ends with the thread; faulted where it met what must not happen.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Bytes that were made durable since the start.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    public void Start() => _thread.Start();

    public void Enqueue(WriteOperation operation)
    {
        bool isFirst;
        lock (_queueLock)
        {
            if (_isStopped)
            {
                operation.Abandon();
                return;
            }

            isFirst = _queue.Count == 0;
            _queue.Add(operation);
        }

        if (isFirst)
        {
            _wake.Set();
        }
    }

    /// <summary>Runs something between two groups.</summary>
    public Task<T> RunAsync<T>(Func<T> command)
    {
        var operation = new CommandOperation<T>(command);
        Enqueue(operation);
        return operation.Task;
    }

    /// <summary>Writer thread: a target has bytes in this group. Called once per target and group.</summary>
    public void AddTarget(IWriteTarget target) => _targets.Add(target);

    /// <summary>Writer thread: so many bytes more are durable.</summary>
    public void CountBytes(long bytes) => Volatile.Write(ref _bytesWritten, _bytesWritten + bytes);

    /// <summary>Finishes what is queued, refuses what comes later, and ends the thread.</summary>
    public void Stop()
    {
        lock (_queueLock)
        {
            _isStopped = true;
        }

        _wake.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    public void Dispose()
    {
        Stop();
        _wake.Dispose();
    }

    private void Run()
    {
        try
        {
            while (TakeGroup())
            {
                RunGroup();
                _group.Clear();
                _answeredCount = 0;
            }

            _completion.SetResult();
        }
        catch (Exception error)
        {
            // Disk errors are outcomes, dealt with where they occur. This is a defect: stop, answer nothing as done.
            Log.WriterFailed(_logger, error);
            Abandon();
            _completion.SetException(error);
        }
    }

    private bool TakeGroup()
    {
        while (true)
        {
            lock (_queueLock)
            {
                if (_queue.Count > 0)
                {
                    (_queue, _group) = (_group, _queue);
                    return true;
                }

                if (_isStopped)
                {
                    return false;
                }
            }

            _wake.WaitOne();
        }
    }

    private void RunGroup()
    {
        foreach (var operation in _group)
        {
            operation.Stage(this);
        }

        if (_targets.Count > 0)
        {
            var start = _metrics.StartSync();
            foreach (var target in _targets)
            {
                target.WriteStaged();
            }

            SyncTargets();
            _metrics.GroupCommitted(start, _group.Count);
            foreach (var target in _targets)
            {
                target.PublishStaged();
            }
        }

        for (_answeredCount = 0; _answeredCount < _group.Count;)
        {
            _group[_answeredCount++].Complete();
        }

        foreach (var target in _targets)
        {
            target.NotifyListeners();
        }

        _targets.Clear();
    }

    /// <summary>Syncs side by side where there are several files: file systems merge syncs that meet in time.</summary>
    private void SyncTargets()
    {
        if (_targets.Count >= ParallelSyncCountMin)
        {
            Parallel.ForEach(_targets, ParallelSync, static target => target.SyncStaged());
            return;
        }

        foreach (var target in _targets)
        {
            target.SyncStaged();
        }
    }

    private void Abandon()
    {
        List<WriteOperation> queued;
        lock (_queueLock)
        {
            _isStopped = true;
            queued = _queue;
            _queue = [];
        }

        foreach (var operation in _group.Skip(_answeredCount).Concat(queued))
        {
            operation.Abandon();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Critical, "The queue's writer thread failed. Nothing is accepted any more.")]
        public static partial void WriterFailed(ILogger logger, Exception error);
    }
}
