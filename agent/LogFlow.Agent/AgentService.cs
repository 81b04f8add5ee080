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
    /// <summary>What is under way longer than this is not under way: the queue is gone, or refuses.</summary>
    private static readonly TimeSpan AcknowledgedWithin = TimeSpan.FromSeconds(30);

    private readonly AgentConfig _config;
    private readonly ILoggerFactory _loggers;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private readonly AgentSeams _seams;
    private readonly ILogger _logger;
    private readonly AgentCounters _counters = new();
    private readonly ProgressWatch _acknowledging;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private AgentParts? _parts;
    private DirectoryLock? _lock;
    private Task _connecting = Task.CompletedTask;
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
        _acknowledging = new ProgressWatch(AcknowledgedWithin, time);
        _seams = seams;
        _logger = loggers.CreateLogger<AgentService>();
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
            Errors = _counters.Errors,
            BytesBehind = behind,
            BytesInMemory = parts.Budget.Used,
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

        return _acknowledging.Look(_counters.Acknowledged, parts.Budget.Used > 0) is { } still
            ? new HealthReport(
                false, $"the queue at {string.Join(", ", _config.Kafka.Hosts)} has taken nothing for "
                + $"{(long)still.TotalSeconds} s; lines wait")
            : HealthReport.Ready;
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
                _config, _loggers, _meters, _time, registry, _seams, _counters, GetStatus, Fail);
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

        _ = registry.Completion.ContinueWith(
            task => Fail(task.Exception!.InnerException!),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        await Task.Run(
            () =>
            {
                foreach (var input in _parts.Inputs)
                {
                    input.Start();
                }
            },
            cancellationToken);
        Log.Started(_logger, registry.AgentId, GetStatus()!.FilesWatched, _config.Kafka.Topic);
        _connecting = Task.Run(() => ConnectAsync(_parts, _stopping.Token), CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_parts is not { } parts || Interlocked.Exchange(ref _stopped, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _connecting;
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
        _stopping.Dispose();
    }

    /// <summary>Waits for the queue, takes up what a former run left, then lets the readers begin.</summary>
    private async Task ConnectAsync(AgentParts parts, CancellationToken cancellationToken)
    {
        try
        {
            var topic = await parts.Sink.GetTopicAsync(cancellationToken);
            parts.Publisher.PartitionCount = topic.PartitionCount;
            parts.Recover(topic);
            _isConnected = true;
            parts.Scheduler.Start();
            Log.Connected(_logger, topic.Name, KafkaUuid.Format(topic.Id), topic.PartitionCount);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before the queue was there.
        }
        catch (Exception error)
        {
            Fail(error);
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

        [LoggerMessage(4504, LogLevel.Error, "Agent failed")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
