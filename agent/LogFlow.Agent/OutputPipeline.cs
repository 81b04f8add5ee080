using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// All that lies between files and one output, running. Several stand beside each other and share nothing but the
/// files: one that waits for its target holds up no other.
/// </summary>
internal sealed partial class OutputPipeline : IAsyncDisposable
{
    private static readonly TimeSpan AckPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan WatchPause = TimeSpan.FromSeconds(3);

    /// <summary>Matches Filebeat's <c>metadata.refresh_frequency</c>.</summary>
    private static readonly TimeSpan TopicRefresh = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work = new();
    private readonly OutageWatch _outage;
    private long _startedAt;
    private volatile bool _isConnected;

    public OutputPipeline(AgentParts parts, TimeProvider time, ILogger logger)
    {
        Parts = parts;
        _time = time;
        _logger = logger;
        _outage = new OutageWatch(time, logger, parts.Target.Subject);
    }

    /// <summary>What it is made of.</summary>
    public AgentParts Parts { get; }

    /// <summary>The target was reached and reading has begun.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Reading has begun, and nothing of a former run waits any more.</summary>
    public bool IsSettled => _isConnected && Parts.PartitionsWaiting == 0;

    /// <summary>What can fail; the first failure ends the agent.</summary>
    public IEnumerable<Task> Completions =>
        [_work.Completion, Parts.Registry.Completion, Parts.Publisher.Completion,
            .. Parts.Sink.Completion is { } sink ? [sink] : Array.Empty<Task>(),
            .. Parts.Inputs.Select(static input => input.Completion)];

    /// <summary>Finds the files.</summary>
    public void StartInputs()
    {
        foreach (var input in Parts.Inputs)
        {
            input.Start();
        }
    }

    /// <summary>Makes the inputs of a configuration that come while the agent runs; those that it serves.</summary>
    /// <param name="agent">The configuration, with these inputs in it.</param>
    /// <param name="inputs">The new ones.</param>
    public List<FilestreamInput> Add(AgentConfig agent, IEnumerable<InputConfig> inputs)
    {
        var added = new List<FilestreamInput>();
        foreach (var input in inputs.Where(input => Parts.Target.CanTake(agent, input)))
        {
            Parts.Target.Take(agent, input);
            added.Add(Parts.CreateInput(agent, input));
        }

        Parts.Inputs = [.. Parts.Inputs, .. added];
        return added;
    }

    /// <summary>
    /// Takes an input away: its files are closed at once, and it goes when all that was read of them is acknowledged.
    /// Until then nobody else may read them: what is under way would be read twice.
    /// </summary>
    public async Task RemoveAsync(FilestreamInput input, CancellationToken cancellationToken)
    {
        await input.CloseAsync();
        while (!input.IsAcknowledged())
        {
            await Task.Delay(AckPause, _time, cancellationToken);
        }

        Parts.Inputs = [.. Parts.Inputs.Where(other => other != input)];
        await input.DisposeAsync();
    }

    /// <summary>Begins to wait for the target; reading begins when it is there.</summary>
    public void Connect()
    {
        _startedAt = _time.GetTimestamp();
        _work.Start($"watching {Parts.Target.Key}", WatchTargetAsync);
        _work.Start($"connecting {Parts.Target.Key}", ConnectAsync);
    }

    /// <summary>Files known and open, and bytes that the target does not have.</summary>
    public (int Watched, int Open, long BytesBehind) Measure()
    {
        var (watched, open, behind) = (0, 0, 0L);
        foreach (var input in Parts.Inputs)
        {
            var measured = input.Measure();
            watched += measured.Watched;
            open += measured.Open;
            behind += measured.BytesBehind;
        }

        return (watched, open, behind);
    }

    /// <summary>Whether it does what it should, and what stands still where not.</summary>
    public HealthReport CheckHealth()
    {
        if (!_isConnected)
        {
            return new HealthReport(false, $"waiting for {Parts.Target.Description}");
        }

        if (Parts.Registry.Blocked is { } reason)
        {
            return new HealthReport(false, $"the registry cannot be written: {reason}");
        }

        if (_outage.Detail is { } outage)
        {
            return new HealthReport(false, outage);
        }

        if (Parts.PartitionsWaiting is > 0 and var waiting)
        {
            return new HealthReport(
                false, $"{waiting} partitions wait for files that cannot be read at present; see the log");
        }

        var failing = Parts.Inputs.Sum(static input => input.FailingCount);
        return failing == 0
            ? HealthReport.Ready
            : HealthReport.Ready with { Detail = $"ok, but {failing} paths cannot be read at present; see the log" };
    }

    /// <summary>Reads no more, and waits until what was read is acknowledged.</summary>
    /// <exception cref="OperationCanceledException">The time for that is over.</exception>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _work.StopAsync();
        foreach (var input in Parts.Inputs)
        {
            await input.StopAsync();
        }

        await Task.Run(Parts.Scheduler.Stop, CancellationToken.None);
        await Parts.Publisher.DrainAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Parts.DisposeAsync();
        await _work.DisposeAsync();
    }

    /// <summary>Waits for the target, takes up what a former run left, then lets the readers begin.</summary>
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var topic = await Parts.Sink.GetTopicAsync(cancellationToken);
        Parts.Publisher.PartitionCount = topic.PartitionCount;
        await Parts.RecoverAsync(
            topic,
            () =>
            {
                _isConnected = true;
                Parts.Scheduler.Start();
                if (topic.Id != Guid.Empty)
                {
                    Log.Connected(_logger, topic.Name, KafkaUuid.Format(topic.Id), topic.PartitionCount);
                }
            },
            cancellationToken);
    }

    /// <summary>Says what stands still, and looks now and then whether the topic is still what it was.</summary>
    private async Task WatchTargetAsync(CancellationToken cancellationToken)
    {
        var topicAt = _time.GetTimestamp();
        while (true)
        {
            await Task.Delay(WatchPause, _time, cancellationToken);
            if (!_isConnected)
            {
                Look(_time.GetElapsedTime(_startedAt), $"{Parts.Target.Subject} is not reached, or not usable");
                continue;
            }

            var oldest = Parts.Publisher.FindOldestWaiting();
            Look(
                oldest?.Time,
                $"{Parts.Target.Subject} has not acknowledged partition {oldest?.Partition} of {Parts.Target.Topic}");
            if (_outage.Detail is null && _time.GetElapsedTime(topicAt) > TopicRefresh)
            {
                topicAt = _time.GetTimestamp();
                await RefreshTopicAsync(cancellationToken);
            }
        }
    }

    /// <summary>All files are walked only where there is something to say.</summary>
    private void Look(TimeSpan? waiting, string what) =>
        _outage.Look(waiting, what, waiting < OutageWatch.Bound ? 0 : Measure().BytesBehind);

    /// <summary>Partitions that were added are used by new files; a topic that was made anew is said.</summary>
    private async Task RefreshTopicAsync(CancellationToken cancellationToken)
    {
        var topic = await Parts.Sink.GetTopicAsync(cancellationToken);
        var known = Parts.Registry.Topic;
        if (topic == known)
        {
            return;
        }

        if (topic.Id != known.Id)
        {
            Log.TopicMadeAnew(_logger, topic.Name, KafkaUuid.Format(topic.Id), KafkaUuid.Format(known.Id));
        }
        else if (topic.PartitionCount > known.PartitionCount)
        {
            Log.PartitionsAdded(_logger, topic.Name, topic.PartitionCount, known.PartitionCount);
        }

        Parts.Registry.SetTopic(topic);
        Parts.Publisher.PartitionCount = topic.PartitionCount;
    }

    private static partial class Log
    {
        [LoggerMessage(4501, LogLevel.Information, "Topic {Topic} ({Id}) is there, {Partitions} partitions")]
        public static partial void Connected(ILogger logger, string topic, string id, int partitions);

        [LoggerMessage(4505, LogLevel.Warning,
            "Topic {Topic} was made anew: its id is {Id}, it was {KnownId}. Lines go on to the new one; what was "
            + "acknowledged before is not sent again")]
        public static partial void TopicMadeAnew(ILogger logger, string topic, string id, string knownId);

        [LoggerMessage(4506, LogLevel.Information,
            "Topic {Topic} has {Partitions} partitions now, it had {KnownPartitions}; new files use them")]
        public static partial void PartitionsAdded(
            ILogger logger, string topic, int partitions, int knownPartitions);
    }
}
