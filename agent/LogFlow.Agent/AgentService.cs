using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// The agent: follows log files and brings each of their lines into a Kafka topic, exactly once. See
/// agent/ARCHITECTURE.md.
/// </summary>
public sealed partial class AgentService : ILogFlowService
{
    private static readonly TimeSpan StatusAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatchPause = TimeSpan.FromSeconds(1);

    /// <summary>Matches Filebeat's <c>metadata.refresh_frequency</c>.</summary>
    private static readonly TimeSpan TopicRefresh = TimeSpan.FromMinutes(10);

    private readonly AgentConfig _config;
    private readonly ILoggerFactory _loggers;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private readonly AgentSeams _seams;
    private readonly ILogger _logger;
    private readonly AgentCounters _counters = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundWork _work = new();
    private readonly OutageWatch _outage;
    private AgentParts? _parts;
    private long _startedAt;
    private (long At, AgentStatus? Status) _measured;
    private DirectoryLock? _lock;
    private volatile bool _isConnected;
    private int _stopped;

    /// <summary>An agent for a Kafka-protocol queue.</summary>
    public AgentService(AgentConfig config, ILoggerFactory loggers, IMeterFactory meters, TimeProvider time)
        : this(config, loggers, meters, time, AgentSeams.Production)
    {
    }

    /// <summary>An agent whose outer parts are given; tests bring their own.</summary>
    internal AgentService(
        AgentConfig config, ILoggerFactory loggers, IMeterFactory meters, TimeProvider time, AgentSeams seams)
    {
        _config = config;
        _loggers = loggers;
        _meters = meters;
        _time = time;
        _seams = seams;
        _logger = loggers.CreateLogger<AgentService>();
        _outage = new OutageWatch(time, _logger);
    }

    /// <inheritdoc/>
    public string Name => "agent";

    /// <summary>For tests.</summary>
    internal AgentParts? Parts => _parts;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>What the agent is doing now; null before it has started.</summary>
    public AgentStatus? GetStatus()
    {
        if (_parts is not { } parts)
        {
            return null;
        }

        var (watched, open, behind) = (0, 0, 0L);
        foreach (var input in parts.Inputs)
        {
            var measured = input.Measure();
            watched += measured.Watched;
            open += measured.Open;
            behind += measured.BytesBehind;
        }

        return new AgentStatus
        {
            FilesWatched = watched,
            FilesOpen = open,
            LinesRead = _counters.LinesRead,
            BytesRead = _counters.BytesRead,
            LinesAcknowledged = _counters.Acknowledged,
            LinesTruncated = _counters.Truncated,
            LinesUncertain = _counters.Uncertain,
            LinesPossiblyLost = _counters.Lost,
            BytesLost = _counters.LostBytes,
            Errors = _counters.Errors,
            BytesBehind = behind,
            BytesInMemory = parts.Budget.BytesHeld,
            IsConnected = _isConnected,
        };
    }

    /// <inheritdoc/>
    public HealthReport CheckHealth()
    {
        if (_parts is not { } parts)
        {
            return new HealthReport(false, "not started");
        }

        if (!_isConnected)
        {
            return new HealthReport(false, $"waiting for the queue at {string.Join(", ", _config.Kafka.Hosts)}");
        }

        if (parts.Registry.Blocked is { } reason)
        {
            return new HealthReport(false, $"the registry cannot be written: {reason}");
        }

        if (_outage.Detail is { } outage)
        {
            return new HealthReport(false, outage);
        }

        if (parts.PartitionsWaiting is > 0 and var waiting)
        {
            return new HealthReport(
                false, $"{waiting} partitions wait for files that cannot be read at present; see the log");
        }

        var failing = parts.Inputs.Sum(input => input.FailingCount);
        return failing == 0
            ? HealthReport.Ready
            : HealthReport.Ready with { Detail = $"ok, but {failing} paths cannot be read at present; see the log" };
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var data = Path.Combine(_config.PathHome, _config.PathData);
        Registry? registry = null;
        try
        {
            _lock = DirectoryLock.Acquire(data);
            registry = Registry.Open(
                _seams.OpenStorage(Path.Combine(data, _config.RegistryPath)),
                new RegistryOptions(_config.RegistryCheckpointSize.Bytes, _config.RegistryFlush),
                _time,
                _loggers.CreateLogger<Registry>());
            _parts = AgentParts.Create(
                _config, _loggers, _meters, _time, registry, _seams, _counters, GetRecentStatus);
        }
        catch (DirectoryLockedException error)
        {
            throw new StartupException($"{error.Message}; stop it, or set path.data to another folder");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _lock?.Dispose();
            throw new StartupException(
                $"the agent cannot use its data folder {Path.GetFullPath(data)}: {error.Message}; set path.data");
        }
        catch (StartupException)
        {
            _lock?.Dispose();
            throw;
        }

        _work.Start("watching the parts", stopping => WatchAsync(_parts, stopping));
        await Task.Run(
            () =>
            {
                foreach (var input in _parts.Inputs)
                {
                    input.Start();
                }
            },
            cancellationToken);
        if (ProcessUser.IsRoot)
        {
            Log.RunsAsRoot(_logger);
        }

        Log.Started(_logger, registry.AgentId, GetStatus()!.FilesWatched, _config.Kafka.Topic);
        _startedAt = _time.GetTimestamp();
        _work.Start("watching the queue", stopping => WatchQueueAsync(_parts, stopping));
        _work.Start("connecting", stopping => ConnectAsync(_parts, stopping));
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_parts is not { } parts || Interlocked.Exchange(ref _stopped, 1) == 1)
        {
            return;
        }

        await _work.StopAsync();
        foreach (var input in parts.Inputs)
        {
            await input.StopAsync();
        }

        await Task.Run(parts.Scheduler.Stop, CancellationToken.None);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_config.ShutdownTimeout > TimeSpan.Zero)
        {
            limit.CancelAfter(_config.ShutdownTimeout);
        }

        try
        {
            await parts.Publisher.DrainAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Log.StoppedEarly(_logger);
        }

        await parts.DisposeAsync();
        _lock?.Dispose();
        Log.Stopped(_logger, _counters.LinesRead, _counters.Acknowledged);
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _lock?.Dispose();
        await _work.DisposeAsync();
    }

    /// <summary>Waits for the queue, takes up what a former run left, then lets the readers begin.</summary>
    private async Task ConnectAsync(AgentParts parts, CancellationToken cancellationToken)
    {
        var topic = await parts.Sink.GetTopicAsync(cancellationToken);
        parts.Publisher.PartitionCount = topic.PartitionCount;
        await parts.RecoverAsync(
            topic,
            () =>
            {
                _isConnected = true;
                parts.Scheduler.Start();
                Log.Connected(_logger, topic.Name, KafkaUuid.Format(topic.Id), topic.PartitionCount);
            },
            cancellationToken);
    }

    /// <summary>What scrapes ask for: not measured anew for each of several figures.</summary>
    private AgentStatus? GetRecentStatus()
    {
        var now = _time.GetTimestamp();
        lock (_counters)
        {
            if (_measured.Status is null || _time.GetElapsedTime(_measured.At, now) > StatusAge)
            {
                _measured = (now, GetStatus());
            }

            return _measured.Status;
        }
    }

    /// <summary>Says what stands still, and looks now and then whether the topic is still what it was.</summary>
    private async Task WatchQueueAsync(AgentParts parts, CancellationToken cancellationToken)
    {
        var topicAt = _time.GetTimestamp();
        while (true)
        {
            await Task.Delay(WatchPause, _time, cancellationToken);
            var behind = GetRecentStatus()?.BytesBehind ?? 0;
            if (!_isConnected)
            {
                _outage.Look(
                    _time.GetElapsedTime(_startedAt),
                    $"The queue at {string.Join(", ", _config.Kafka.Hosts)} is not reached, or its topic not usable",
                    behind);
                continue;
            }

            var oldest = parts.Publisher.FindOldestWaiting();
            _outage.Look(
                oldest?.Time, $"The queue has not acknowledged partition {oldest?.Partition} of {_config.Kafka.Topic}",
                behind);
            if (_outage.Detail is null && _time.GetElapsedTime(topicAt) > TopicRefresh)
            {
                topicAt = _time.GetTimestamp();
                await RefreshTopicAsync(parts, cancellationToken);
            }
        }
    }

    /// <summary>Partitions that were added are used by new files; a topic that was made anew is said.</summary>
    private async Task RefreshTopicAsync(AgentParts parts, CancellationToken cancellationToken)
    {
        var topic = await parts.Sink.GetTopicAsync(cancellationToken);
        var known = parts.Registry.Topic;
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

        parts.Registry.SetTopic(topic);
        parts.Publisher.PartitionCount = topic.PartitionCount;
    }

    /// <summary>What fails in a part, or here, ends the agent.</summary>
    private async Task WatchAsync(AgentParts parts, CancellationToken cancellationToken)
    {
        var ended = await Task.WhenAny(
            [_work.Completion, parts.Registry.Completion, parts.Publisher.Completion,
                .. parts.Inputs.Select(input => input.Completion)])
            .WaitAsync(cancellationToken);
        ended = parts.Registry.Completion.IsFaulted ? parts.Registry.Completion : ended;
        if (ended.Exception?.InnerException is { } failure)
        {
            Fail(failure);
        }
    }

    private void Fail(Exception error)
    {
        if (_completion.TrySetException(error))
        {
            Log.Failed(_logger, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4500, LogLevel.Information, "Agent {Id} watches {Files} files for topic {Topic}")]
        public static partial void Started(ILogger logger, Guid id, int files, string topic);

        [LoggerMessage(4501, LogLevel.Information, "Topic {Topic} ({Id}) is there, {Partitions} partitions")]
        public static partial void Connected(ILogger logger, string topic, string id, int partitions);

        [LoggerMessage(4502, LogLevel.Information, "Agent stopped: {Read} lines read, {Acknowledged} acknowledged")]
        public static partial void Stopped(ILogger logger, long read, long acknowledged);

        [LoggerMessage(4503, LogLevel.Warning,
            "Agent stops before all that was read is acknowledged; the next start sends it again, exactly once")]
        public static partial void StoppedEarly(ILogger logger);

        [LoggerMessage(4505, LogLevel.Warning,
            "Topic {Topic} was made anew: its id is {Id}, it was {KnownId}. Lines go on to the new one; what was "
            + "acknowledged before is not sent again")]
        public static partial void TopicMadeAnew(ILogger logger, string topic, string id, string knownId);

        [LoggerMessage(4506, LogLevel.Information,
            "Topic {Topic} has {Partitions} partitions now, it had {KnownPartitions}; new files use them")]
        public static partial void PartitionsAdded(
            ILogger logger, string topic, int partitions, int knownPartitions);

        [LoggerMessage(4507, LogLevel.Warning,
            "The agent runs as root: it can read every log of this host, and whoever may read the topic can then, too. "
            + "A user of its own with the capability CAP_DAC_READ_SEARCH, or in the group of the logs, is enough")]
        public static partial void RunsAsRoot(ILogger logger);

        [LoggerMessage(4504, LogLevel.Error, "Agent failed")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
