using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Input <c>kafka</c>: one member of a consumer group. Reads as fast as the byte budget lets it, keeps a window per
/// partition, and commits what every output has, durably. When a partition is taken away it lets what is in flight
/// finish, if it can, and commits.
/// </summary>
internal sealed partial class KafkaInput : IRebalanceListener, IAsyncDisposable
{
    private static readonly TimeSpan DrainCheckInterval = TimeSpan.FromMilliseconds(50);

    private readonly IRecordConsumer _consumer;
    private readonly RecordDecoder _decoder;
    private readonly FilterStage _stage;
    private readonly KafkaInputOptions _options;
    private readonly TimeProvider _time;
    private readonly ProcessorMetrics _metrics;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work = new();
    private readonly PartitionProgress _progress;

    private readonly OffsetCommits _commits;
    private readonly LagMeter _lag;

    /// <summary>Guards the two below.</summary>
    private readonly Lock _lock = new();

    private readonly HashSet<TopicPartition> _assigned = [];
    private readonly Dictionary<TopicPartition, PartitionWindow> _windows = [];

    public KafkaInput(
        IRecordConsumer consumer,
        RecordDecoder decoder,
        FilterStage stage,
        KafkaInputOptions options,
        TimeProvider time,
        ProcessorMetrics metrics,
        ILogger logger)
    {
        _consumer = consumer;
        _decoder = decoder;
        _stage = stage;
        _options = options;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _progress = new PartitionProgress(time, options.StuckAfter);
        _commits = new OffsetCommits(consumer, stage.Outputs, options, time, logger);
        _lag = new LagMeter(consumer, _progress, options.LagInterval, time, logger);
    }

    /// <summary>Faulted when it cannot go on; completes after the stop.</summary>
    public Task Completion => _work.Completion;

    /// <summary>Partitions that are read now.</summary>
    public int AssignedCount
    {
        get
        {
            lock (_lock)
            {
                return _assigned.Count;
            }
        }
    }

    /// <summary>Records in the queue that not every output has yet; null while unknown.</summary>
    public long? Lag => _progress.Lag;

    /// <summary>What stands still although there is something to do, in one sentence; null: nothing does.</summary>
    public string? Stuck => _progress.FindStuck();

    /// <summary>Records in the dead-letter topics of what it reads; null while unknown.</summary>
    public long? DeadLettersInQueue => _progress.DeadLetters;

    public void Start()
    {
        _progress.Begin();
        _work.Start("reading the queue", ReadAsync);
        _work.Start("committing offsets", stopping => _commits.RunAsync(
            () => TakeWindows(null, remove: false), stopping));
        _work.Start("measuring the lag", MeasureLagAsync);
    }

    /// <summary>
    /// Reads no more; waits until what was read is written, unless an output or the dead letters are stuck, and not for
    /// ever: what is not done is read again after the next start.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _work.StopAsync();
        using var limit = new CancellationTokenSource(_options.StopDrainTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await DrainAsync(TakeWindows(null, remove: false), either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotDrained(_logger, _options.StopDrainTimeout.TotalSeconds);
        }
    }

    /// <summary>Commits what is done and leaves the group.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var windows = TakeWindows(null, remove: false);
        await _commits.CommitAsync(windows, cancellationToken);
        foreach (var window in windows)
        {
            window.Close();
        }

        await _consumer.LeaveAsync(cancellationToken);
    }

    public ValueTask OnAssignedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                _assigned.Add(partition);
                _windows.Remove(partition);
                _commits.Forget(partition);
            }
        }

        Log.Assigned(_logger, partitions.Count, string.Join(", ", partitions));
        return ValueTask.CompletedTask;
    }

    public async ValueTask OnRevokedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var windows = TakeWindows(partitions, remove: true);
        using var limit = new CancellationTokenSource(_options.RevokeDrainTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await DrainAsync(windows, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What did not finish in time is read again by the partition's next owner.
        }

        await _commits.CommitAsync(windows, cancellationToken);
        foreach (var window in windows)
        {
            window.Close();
        }

        Log.Revoked(_logger, partitions.Count, string.Join(", ", partitions));
    }

    public ValueTask OnLostAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        foreach (var window in TakeWindows(partitions, remove: true))
        {
            window.Close();
        }

        Log.Lost(_logger, partitions.Count, string.Join(", ", partitions));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        await _consumer.DisposeAsync();
        _commits.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await _consumer.StartAsync(ResolveStartAsync, this, cancellationToken);
        while (true)
        {
            var records = await _consumer.PollAsync(cancellationToken);
            await _stage.AddAsync(records, _decoder, FindWindow, cancellationToken);
            _commits.Wanted();
        }
    }

    /// <summary>
    /// Where outputs keep positions themselves, reading starts there; an output that keeps none starts at the
    /// committed offset, and the others recognise what they have.
    /// </summary>
    private async ValueTask<long?> ResolveStartAsync(
        TopicPartition partition, Guid topicId, CancellationToken cancellationToken)
    {
        var identity = new PartitionIdentity(topicId, partition);
        long? start = long.MaxValue;
        foreach (var output in _stage.Outputs)
        {
            var own = await output.ResolveStartAsync(identity, cancellationToken);
            start = own is null || start is null ? null : Math.Min(start.Value, own.Value);
        }

        start = start == long.MaxValue ? null : start;
        if (start is { } position)
        {
            // An output's own position says nothing of dead letters and of other outputs: those are sure only below the
            // commit. What the output has already it recognises.
            start = Math.Min(position, await _consumer.GetRestartOffsetAsync(partition, cancellationToken));
            await CompareWithEndAsync(partition, position, cancellationToken);
        }

        OpenWindow(partition, topicId, start);
        return start;
    }

    /// <summary>
    /// No output can have more than the queue has given out. What it has beyond is of another life of the queue, or was
    /// claimed by somebody else; records with those offsets are still offered to it, and it looks at their ids.
    /// </summary>
    private async Task CompareWithEndAsync(
        TopicPartition partition, long position, CancellationToken cancellationToken)
    {
        var end = (await _consumer.GetEndOffsetsAsync([partition], cancellationToken))[partition];
        if (position > end)
        {
            Log.BeyondTheEnd(_logger, partition.Topic, partition.Partition, position, end);
        }
    }

    /// <summary>
    /// A known start has its window at once: an output may lose its tail before the partition's next record comes, and
    /// only partitions with a window are asked about and gone back in.
    /// </summary>
    private void OpenWindow(TopicPartition partition, Guid topicId, long? start)
    {
        lock (_lock)
        {
            // A topic that was made anew: what was in flight is the old one's.
            if (_windows.Remove(partition, out var old))
            {
                old.Close();
            }

            if (start is { } known && _assigned.Contains(partition))
            {
                _windows[partition] = NewWindow(partition, topicId, known);
            }
        }
    }

    /// <summary>
    /// The window that a batch belongs to; null: it is a leftover from before a revocation or a seek.
    /// </summary>
    private PartitionWindow? FindWindow(IRecordBatch records)
    {
        var partition = records.TopicPartition;
        lock (_lock)
        {
            if (!_assigned.Contains(partition))
            {
                return null;
            }

            if (!_windows.TryGetValue(partition, out var window))
            {
                return _windows[partition] = NewWindow(partition, records.TopicId, records.FirstOffset);
            }

            var expected = window.ExpectedOffset;
            if (records.FirstOffset == expected)
            {
                return window;
            }

            if (records.FirstOffset > expected)
            {
                // Read before a seek took effect; asking again is harmless, reading on would lose what is between.
                _consumer.Seek(partition, expected);
                return null;
            }

            Log.WentBack(_logger, partition.Topic, partition.Partition, expected, records.FirstOffset);
            window.Close();
            return _windows[partition] = NewWindow(partition, records.TopicId, records.FirstOffset);
        }
    }

    private PartitionWindow NewWindow(TopicPartition partition, Guid topicId, long startOffset) =>
        new(partition, topicId, startOffset, (window, offset, forget) =>
            SeekBackAsync(window, topicId, offset, forget));

    /// <summary>An output has lost what came after <paramref name="offset"/>; null: it has nothing at all.</summary>
    private async Task SeekBackAsync(PartitionWindow window, Guid topicId, long? offset, Action forget)
    {
        var partition = window.TopicPartition;
        window.Close();

        // Not where this member started: that may have been the very position that the output has forgotten.
        var target = offset ?? await _consumer.GetRestartOffsetAsync(partition, _work.Stopping);
        lock (_lock)
        {
            if (!_windows.TryGetValue(partition, out var current) || current != window)
            {
                return;
            }

            // Between the windows: neither commits nor writes of the next one see the output's old position.
            forget();
            _windows[partition] = NewWindow(partition, topicId, target);
        }

        _consumer.Seek(partition, target);
        _metrics.SeekBack();
        Log.SoughtBack(_logger, partition.Topic, partition.Partition, target);
    }

    private Task MeasureLagAsync(CancellationToken cancellationToken) => _lag.RunAsync(
        () =>
        {
            lock (_lock)
            {
                return ([.. _assigned], new Dictionary<TopicPartition, PartitionWindow>(_windows));
            }
        },
        cancellationToken);

    private List<PartitionWindow> TakeWindows(IReadOnlyCollection<TopicPartition>? partitions, bool remove)
    {
        lock (_lock)
        {
            if (partitions is null)
            {
                return [.. _windows.Values];
            }

            var windows = new List<PartitionWindow>();
            foreach (var partition in partitions)
            {
                if (_windows.TryGetValue(partition, out var window))
                {
                    windows.Add(window);
                }

                if (remove)
                {
                    _windows.Remove(partition);
                    _assigned.Remove(partition);
                }
            }

            return windows;
        }
    }

    /// <summary>Waits until the windows' batches are done; not for an output that cannot write anyway.</summary>
    private async Task DrainAsync(List<PartitionWindow> windows, CancellationToken cancellationToken)
    {
        var drained = Task.WhenAll(windows.Select(static window => window.StopAsync()));
        while (!drained.IsCompleted)
        {
            if (_stage.IsBlocked)
            {
                return;
            }

            var check = Task.Delay(DrainCheckInterval, _time, cancellationToken);
            if (await Task.WhenAny(drained, check) == check)
            {
                await check;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6069, LogLevel.Error,
            "{Topic}-{Partition}: the output says it has all below offset {Position}, but the queue ends at {End}. The "
            + "queue was set back (a restored copy, an older backup), or a position was claimed that is not true. What "
            + "the queue has is read and offered to the output; compare the two, and set the older one up anew.")]
        public static partial void BeyondTheEnd(
            ILogger logger, string topic, int partition, long position, long end);

        [LoggerMessage(6010, LogLevel.Information, "Reading {Count} more partition(s): {Partitions}")]
        public static partial void Assigned(ILogger logger, int count, string partitions);

        [LoggerMessage(6011, LogLevel.Information, "Handed over {Count} partition(s): {Partitions}")]
        public static partial void Revoked(ILogger logger, int count, string partitions);

        [LoggerMessage(6012, LogLevel.Warning, "The group gave up on this member; {Count} partition(s) went to others: "
            + "{Partitions}. What was in flight is processed again there.")]
        public static partial void Lost(ILogger logger, int count, string partitions);

        [LoggerMessage(6013, LogLevel.Warning, "{Topic}-{Partition} went back from offset {Expected} to {Offset}: the "
            + "queue's log was cut. Outputs may take new records at old offsets for records they have.")]
        public static partial void WentBack(
            ILogger logger, string topic, int partition, long expected, long offset);

        [LoggerMessage(
            6014, LogLevel.Information, "The store stands at offset {Offset} of {Topic}-{Partition}; reading "
            + "goes on from there.")]
        public static partial void SoughtBack(ILogger logger, string topic, int partition, long offset);

        [LoggerMessage(6017, LogLevel.Warning, "What was read is not all written after {Seconds} s; it is read again "
            + "after the next start.")]
        public static partial void NotDrained(ILogger logger, double seconds);
    }
}
