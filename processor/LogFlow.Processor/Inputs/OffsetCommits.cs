using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Commits what every output has, durably. What is not committed is read again by the partition's next owner, and
/// recognised by the outputs.
/// </summary>
internal sealed partial class OffsetCommits : IDisposable
{
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(30);

    private readonly IRecordConsumer _consumer;
    private readonly IReadOnlyList<Output> _outputs;
    private readonly KafkaInputOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AsyncSignal _wanted;

    /// <summary>One commit at a time: a revocation's must not be overtaken by an older one.</summary>
    private readonly SemaphoreSlim _committing = new(1);

    /// <summary>Guards the one below.</summary>
    private readonly Lock _lock = new();

    private readonly Dictionary<TopicPartition, long> _committed = [];

    public OffsetCommits(
        IRecordConsumer consumer, IReadOnlyList<Output> outputs, KafkaInputOptions options, TimeProvider time,
        ILogger logger)
    {
        _consumer = consumer;
        _outputs = outputs;
        _options = options;
        _time = time;
        _logger = logger;
        _wanted = new AsyncSignal(time);
    }

    /// <summary>Something was read, so that there will be something to commit.</summary>
    public void Wanted() => _wanted.Set();

    /// <summary>The partition is assigned anew: another may have committed meanwhile.</summary>
    public void Forget(TopicPartition partition)
    {
        lock (_lock)
        {
            _committed.Remove(partition);
        }
    }

    /// <summary>
    /// Commits in the interval while something that was read is not committed; without anything to do it sleeps, but
    /// for a look now and then at what outputs hold.
    /// </summary>
    public async Task RunAsync(Func<List<PartitionWindow>> takeWindows, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _wanted.WaitAsync(IdleInterval, cancellationToken);
            await Task.Delay(_options.CommitInterval, _time, cancellationToken);
            var windows = takeWindows();
            foreach (var output in _outputs)
            {
                await output.RefreshAsync(windows, cancellationToken);
            }

            await CommitAsync(windows, cancellationToken);
            if (!windows.TrueForAll(IsCommitted))
            {
                _wanted.Set();
            }
        }
    }

    /// <summary>Commits what is done of these windows and not committed yet.</summary>
    public async Task CommitAsync(List<PartitionWindow> windows, CancellationToken cancellationToken)
    {
        await _committing.WaitAsync(cancellationToken);
        try
        {
            var offsets = GetCommittable(windows);
            if (offsets.Count == 0)
            {
                return;
            }

            using var limit = new CancellationTokenSource(_options.CommitTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            await _consumer.CommitAsync(offsets, either.Token);
            lock (_lock)
            {
                foreach (var (partition, offset) in offsets)
                {
                    _committed[partition] = offset;
                }
            }
        }
        catch (KafkaException error)
        {
            // The next owner, or the next commit, covers it: outputs recognise what they have.
            Log.CommitFailed(_logger, error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.CommitFailed(_logger, "the queue does not answer");
        }
        finally
        {
            _committing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _committing.Dispose();

    private Dictionary<TopicPartition, long> GetCommittable(List<PartitionWindow> windows)
    {
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var window in windows)
        {
            var offset = window.DoneOffset;
            foreach (var output in _outputs)
            {
                offset = Math.Min(offset, output.GetCommittable(window.Identity, window.DoneOffset));
            }

            // Asked last: an output that has lost data closes the window before it changes its mind about the position.
            if (!window.IsClosed && offset > CommittedOf(window))
            {
                offsets[window.TopicPartition] = offset;
            }
        }

        return offsets;
    }

    private bool IsCommitted(PartitionWindow window) =>
        window.IsClosed || window.ExpectedOffset <= CommittedOf(window);

    private long CommittedOf(PartitionWindow window)
    {
        lock (_lock)
        {
            return _committed.TryGetValue(window.TopicPartition, out var committed) ? committed : window.StartOffset;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6015, LogLevel.Debug, "Offsets could not be committed: {Reason}")]
        public static partial void CommitFailed(ILogger logger, string reason);
    }
}
