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
    private readonly AgentConfig _config;
    private readonly ServiceContext _host;
    private readonly AgentSeams _seams;
    private readonly ILogger _logger;
    private readonly AgentCounters _counters = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundWork _work = new();
    private AgentParts? _parts;
    private DirectoryLock? _lock;
    private volatile bool _isConnected;
    private int _stopped;

    /// <summary>An agent for a Kafka-protocol queue.</summary>
    public AgentService(AgentConfig config, ServiceContext context)
        : this(config, context, AgentSeams.Production)
    {
    }

    /// <summary>An agent whose outer parts are given; tests bring their own.</summary>
    internal AgentService(AgentConfig config, ServiceContext context, AgentSeams seams)
    {
        _config = config;
        _host = context;
        _seams = seams;
        _logger = context.LoggerFactory.CreateLogger<AgentService>();
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

        return parts.Registry.Blocked is { } reason
            ? new HealthReport(false, $"the registry cannot be written: {reason}")
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
                _host.TimeProvider,
                _host.LoggerFactory.CreateLogger<Registry>());
            _parts = AgentParts.Create(
                _config, _host, registry, _seams, _counters, GetStatus);
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
        Log.Started(_logger, registry.AgentId, GetStatus()!.FilesWatched, _config.Kafka.Topic);
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

        [LoggerMessage(4504, LogLevel.Error, "Agent failed")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
