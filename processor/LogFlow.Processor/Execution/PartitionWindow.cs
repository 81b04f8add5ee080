using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>
/// What is in flight of one partition, in offset order. Filters may finish batches in any order; they are released to
/// the outputs in offset order; outputs may finish in any order; <see cref="DoneOffset"/> moves over the finished
/// beginning only. A window lives from one (re)start of reading to the next seek or revocation; a closed window's
/// batches are discarded wherever they are.
/// </summary>
internal sealed class PartitionWindow
{
    /// <summary>Guards all mutable fields. Batches are released and finished under it: see the lock order.</summary>
    private readonly Lock _lock = new();

    private readonly Queue<InFlightBatch> _unreleased = new();
    private readonly Queue<InFlightBatch> _unfinished = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _expectedOffset;
    private long _doneOffset;
    private bool _isClosed;
    private bool _isStopping;

    private readonly Func<PartitionWindow, long?, Action, Task> _seekBack;

    /// <param name="partition">The partition.</param>
    /// <param name="topicId">Its topic's id.</param>
    /// <param name="startOffset">Where reading (re)starts.</param>
    /// <param name="seekBack">Has the input read again from an offset (null: from the commit).</param>
    public PartitionWindow(
        TopicPartition partition, Guid topicId, long startOffset, Func<PartitionWindow, long?, Action, Task> seekBack)
    {
        _seekBack = seekBack;
        TopicPartition = partition;
        Identity = new PartitionIdentity(topicId, partition);
        StartOffset = startOffset;
        _expectedOffset = startOffset;
        _doneOffset = startOffset;
    }

    public TopicPartition TopicPartition { get; }

    public PartitionIdentity Identity { get; }

    public long StartOffset { get; }

    /// <summary>Up to here (exclusive) every output has everything.</summary>
    public long DoneOffset
    {
        get
        {
            lock (_lock)
            {
                return _doneOffset;
            }
        }
    }

    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Where the next batch has to start; any other is a leftover of an earlier position.</summary>
    public long ExpectedOffset
    {
        get
        {
            lock (_lock)
            {
                return _expectedOffset;
            }
        }
    }

    /// <summary>Takes in the next batch; false where the window takes none any more.</summary>
    public bool TryAdd(InFlightBatch batch)
    {
        lock (_lock)
        {
            if (_isClosed || _isStopping || batch.FirstOffset != _expectedOffset)
            {
                return false;
            }

            _expectedOffset = batch.NextOffset;
            _unreleased.Enqueue(batch);
            _unfinished.Enqueue(batch);
            return true;
        }
    }

    /// <summary>A batch's filters are done: it and those waiting behind it go to the outputs, in order.</summary>
    public void Filtered(InFlightBatch batch, Action<InFlightBatch> release)
    {
        lock (_lock)
        {
            batch.IsFiltered = true;
            while (_unreleased.TryPeek(out var head) && head.IsFiltered)
            {
                _unreleased.Dequeue();
                release(head);
            }
        }
    }

    /// <summary>A batch is wholly done: the finished beginning is let go.</summary>
    public void Finished(InFlightBatch batch)
    {
        lock (_lock)
        {
            batch.IsFinished = true;
            while (_unfinished.TryPeek(out var head) && head.IsFinished)
            {
                _unfinished.Dequeue();
                if (!_isClosed)
                {
                    _doneOffset = head.NextOffset;
                }
            }

            CheckDrained();
        }
    }

    /// <summary>Takes no more batches; completes when those taken are finished, or when the window is closed.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            _isStopping = true;
            CheckDrained();
            return _drained.Task;
        }
    }

    /// <summary>
    /// An output has lost what came from <paramref name="offset"/> on (null: it knows nothing of the partition): the
    /// window is closed, the output's <paramref name="forget"/> runs, and reading starts again there. Nothing of it
    /// happens where the window is not the partition's any more.
    /// </summary>
    public Task SeekBackAsync(long? offset, Action forget) => _seekBack(this, offset, forget);

    /// <summary>From now on nothing of it counts: <see cref="DoneOffset"/> stays where it is.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _drained.TrySetResult();
        }
    }

    private void CheckDrained()
    {
        if (_isStopping && _unfinished.Count == 0)
        {
            _drained.TrySetResult();
        }
    }
}
