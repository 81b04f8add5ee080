using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// The agent: follows log files and brings each of their lines to its outputs, exactly once where the output can tell a
/// repetition. See agent/ARCHITECTURE.md.
/// </summary>
public sealed partial class AgentService : ILogFlowService
{
    private static readonly TimeSpan StatusAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OncePause = TimeSpan.FromMilliseconds(250);

    private readonly AgentConfig _config;
    private readonly ILoggerFactory _loggers;
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _time;
    private readonly AgentSeams _seams;
    private readonly ILogger _logger;
    private readonly AgentCounters _counters = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundWork _work = new();
    private readonly List<OutputPipeline> _opened = [];
    private IReadOnlyList<OutputPipeline>? _pipelines;
    private volatile IReadOnlyList<ReceivedInput> _received = [];
    private AgentMetrics? _metrics;
    private (long At, AgentStatus? Status) _measured;
    private DirectoryLock? _lock;
    private Lazy<FilebeatPositions?> _filebeat = new((FilebeatPositions?)null);
    private InputReloader? _reloader;
    private int _stopped;

    /// <summary>An agent for the outputs that its configuration names.</summary>
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
    }

    /// <inheritdoc/>
    public string Name => "agent";

    /// <summary>For tests: the first output's.</summary>
    internal AgentParts? Parts => _pipelines?[0].Parts;

    /// <summary>The outputs, each with what feeds it; null before the agent has started.</summary>
    internal IReadOnlyList<OutputPipeline>? Pipelines => _pipelines;

    /// <summary>What it has done; for tests.</summary>
    internal AgentCounters Counters => _counters;

    /// <summary>The inputs that read no log files.</summary>
    internal IReadOnlyList<ReceivedInput> Received => _received;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>What the agent is doing now; null before it has started.</summary>
    public AgentStatus? GetStatus()
    {
        if (_pipelines is not { } pipelines)
        {
            return null;
        }

        var (watched, open, behind) = (0, 0, 0L);
        foreach (var pipeline in pipelines)
        {
            var measured = pipeline.Measure();
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
            BytesInMemory = pipelines.Sum(static pipeline => pipeline.Parts.Budget.BytesHeld),
            IsConnected = pipelines.All(static pipeline => pipeline.IsConnected),
        };
    }

    /// <summary>The files that are followed.</summary>
    public IReadOnlyList<AgentFile> GetFiles() =>
        [.. (_pipelines ?? []).SelectMany(static pipeline => pipeline.Parts.Inputs)
            .SelectMany(static input => input.Describe())];

    /// <inheritdoc/>
    public HealthReport CheckHealth()
    {
        if (_pipelines is not { } pipelines)
        {
            return new HealthReport(false, "not started");
        }

        // All that is wrong, what keeps it from being ready first: one trouble is often the other's cause.
        var reports = pipelines.Select(static pipeline => pipeline.CheckHealth())
            .Concat(_received.Select(static input => input.Trouble is { } trouble
                ? HealthReport.Ready with { Detail = $"ok, but {trouble}" }
                : HealthReport.Ready))
            .Where(static report => report != HealthReport.Ready)
            .Distinct()
            .OrderBy(static report => report.IsReady)
            .ToList();
        return reports.Count == 0
            ? HealthReport.Ready
            : new HealthReport(
                reports.TrueForAll(static report => report.IsReady),
                string.Join("; ", reports.Select(static report => report.Detail)));
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenPipelinesAsync();
        }
        catch
        {
            await CloseAsync();
            throw;
        }

        var pipelines = _pipelines!;
        _work.Start("watching the parts", stopping => WatchAsync(pipelines, stopping));
        await Task.Run(
            () =>
            {
                DeletionRoles.Assign([.. pipelines.SelectMany(static pipeline => pipeline.Parts.Inputs)]);
                foreach (var pipeline in pipelines)
                {
                    pipeline.StartInputs();
                }

                foreach (var received in _received)
                {
                    received.Start(pipelines.SelectMany(static pipeline => pipeline.Parts.Inputs));
                }
            },
            cancellationToken);
        if (ProcessUser.IsRoot)
        {
            Log.RunsAsRoot(_logger);
        }

        foreach (var warning in pipelines.SelectMany(static pipeline => pipeline.Parts.Target.Warnings).Distinct())
        {
            Log.Warning(_logger, warning);
        }

        foreach (var pipeline in pipelines)
        {
            Log.Started(
                _logger, pipeline.Parts.Registry.AgentId, pipeline.Measure().Watched, pipeline.Parts.Target.Topic);
            pipeline.Connect();
        }

        if (_config.ReadAgain is not null)
        {
            _reloader = new InputReloader(_config, pipelines, _time, _loggers.CreateLogger<InputReloader>());
            _work.Start("watching the reloading", WatchReloadAsync);
            _reloader.Start();
        }

        if (_config.Once)
        {
            _work.Start("waiting for the ends of files", stopping => EndWhenDoneAsync(pipelines, stopping));
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_pipelines is not { } pipelines || Interlocked.Exchange(ref _stopped, 1) == 1)
        {
            return;
        }

        if (_reloader is not null)
        {
            await _reloader.StopAsync();
        }

        await _work.StopAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_config.ShutdownTimeout > TimeSpan.Zero)
        {
            limit.CancelAfter(_config.ShutdownTimeout);
        }

        await Task.WhenAll(_received.Select(static received => received.StopAsync()));
        await Task.WhenAll(pipelines.Select(pipeline => DrainAsync(pipeline, limit.Token)));
        await CloseAsync();
        Log.Stopped(_logger, _counters.LinesRead, _counters.Acknowledged);
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await CloseAsync();
        await _work.DisposeAsync();
    }

    private async Task OpenPipelinesAsync()
    {
        var data = Path.Combine(_config.PathHome, _config.PathData);
        try
        {
            _lock = DirectoryLock.Acquire(data);
            _metrics = new AgentMetrics(_meters, _counters, GetRecentStatus);
            var root = Path.Combine(data, _config.RegistryPath);
            _filebeat = new Lazy<FilebeatPositions?>(() => ReadFilebeat(data));
            OpenReceived(Path.GetFullPath(data));
            var targets = _config.Targets().FindAll(IsFed);
            var first = OpenRegistry(root, agentId: null);
            var owner = RegistryFolders.OwnerOf(
                targets, first.Topic, target => Directory.Exists(RegistryFolders.Below(root, target)));
            var identity = AgentIdentity.Of(first.AgentId, _config.Name);
            await AddAsync(owner, first, identity);
            foreach (var target in targets.Where(target => target != owner))
            {
                await AddAsync(target, OpenRegistry(RegistryFolders.Below(root, target), first.AgentId), identity);
            }

            _pipelines = [.. _opened];
        }
        catch (DirectoryLockedException error)
        {
            throw new StartupException($"{error.Message}; stop it, or set path.data to another folder");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"the agent cannot use its data folder {Path.GetFullPath(data)}: {error.Message}; set path.data");
        }
    }

    /// <summary>The registry of a Filebeat, which inputs need at their first start alone.</summary>
    private FilebeatPositions? ReadFilebeat(string data)
    {
        var written = _config.RegistryTakeOver;
        var path = Path.Combine(data, written.Length > 0 ? written : Path.Combine(_config.RegistryPath, "filebeat"));
        var isAsked = written.Length > 0
            || _config.Inputs.Exists(static input => input is { Enabled: true, TakesOver: true });
        try
        {
            var positions = FilebeatPositions.TryRead(path);
            if (positions is null && isAsked)
            {
                Log.NoFilebeat(_logger, path);
            }

            return positions;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new StartupException(
                $"the registry of Filebeat in {path} cannot be read: {error.Message}; without it every file would be "
                + "sent from its beginning. Mend it, or move it away if that is what is wanted");
        }
    }

    private void OpenReceived(string data)
    {
        var logger = _loggers.CreateLogger<ReceivedInput>();
        foreach (var input in _config.Inputs.Where(static input => input is { Enabled: true, IsReceived: true }))
        {
            _received = [.. _received, ReceivedInput.Open(_config, input, data, _counters, _time, logger)];
        }
    }

    private bool IsFed(OutputTarget target)
    {
        // Inputs may come by a reload; and an agent without any waits with the outputs that it has.
        if (_config.InputsOf(target).Count > 0
            || _config.ReloadPaths.Count > 0
            || !_config.Inputs.Exists(static input => input.Enabled))
        {
            return true;
        }

        Log.NotFed(_logger, target.Key);
        return false;
    }

    private Registry OpenRegistry(string folder, Guid? agentId) => Registry.Open(
        _seams.OpenStorage(folder),
        new RegistryOptions(_config.RegistryCheckpointSize.Bytes, _config.RegistryFlush) { NewAgentId = agentId },
        _time,
        _loggers.CreateLogger<Registry>());

    private async Task AddAsync(OutputTarget target, Registry registry, AgentIdentity identity)
    {
        try
        {
            Add(target, registry, identity);
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    private void Add(OutputTarget target, Registry registry, AgentIdentity identity)
    {
        if (target.Options.KeysNameLines)
        {
            registry.BeginGenerationsAt(DocumentIds.FirstGeneration(_time));
        }

        var parts = AgentParts.Create(
            _config, target, identity, registry, _seams, _metrics!,
            new SinkContext(_loggers, _time, identity, _counters), _filebeat);
        _opened.Add(new OutputPipeline(parts, _time, _logger));
    }

    private async Task DrainAsync(OutputPipeline pipeline, CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.DrainAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Log.StoppedEarly(_logger);
        }
    }

    private async Task CloseAsync()
    {
        if (_reloader is not null)
        {
            await _reloader.DisposeAsync();
        }

        var received = _received;
        _received = [];
        foreach (var input in received)
        {
            await input.DisposeAsync();
        }

        foreach (var pipeline in _opened)
        {
            await pipeline.DisposeAsync();
        }

        _opened.Clear();
        _metrics?.Dispose();
        _metrics = null;
        _lock?.Dispose();
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

    /// <summary>What fails in a part, or here, ends the agent.</summary>
    private async Task WatchAsync(IReadOnlyList<OutputPipeline> pipelines, CancellationToken cancellationToken)
    {
        var ended = await Task.WhenAny([_work.Completion, .. pipelines.SelectMany(pipeline => pipeline.Completions),
                .. _received.SelectMany(static received => received.Completions)])
            .WaitAsync(cancellationToken);

        // A registry that fails lets others fail, too: it is the one to name.
        ended = pipelines.Select(static pipeline => pipeline.Parts.Registry.Completion)
            .FirstOrDefault(static registry => registry.IsFaulted, ended);
        if (ended.Exception?.InnerException is { } failure)
        {
            Fail(failure);
        }
    }

    /// <summary>An input that a reload started, and that fails, ends the agent as any other does.</summary>
    private async Task WatchReloadAsync(CancellationToken cancellationToken)
    {
        var ended = await Task.WhenAny(_reloader!.Completion).WaitAsync(cancellationToken);
        if (ended.Exception?.InnerException is { } failure)
        {
            Fail(failure);
        }
    }

    /// <summary>
    /// <c>--once</c>: seen done twice, so that what was written just before is not missed. Inputs that never end (tcp,
    /// journald) keep the agent running.
    /// </summary>
    private async Task EndWhenDoneAsync(IReadOnlyList<OutputPipeline> pipelines, CancellationToken cancellationToken)
    {
        for (var seen = 0; seen < 2;)
        {
            await Task.Delay(OncePause, _time, cancellationToken);
            var isDone = pipelines.All(static pipeline =>
                    pipeline.IsConnected && pipeline.Parts.Inputs.All(static input => input.IsDone()))
                && _received.All(static received => received.IsDone);
            seen = isDone ? seen + 1 : 0;
        }

        Log.Done(_logger);
        _completion.TrySetResult();
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

        [LoggerMessage(4508, LogLevel.Warning, "{Warning}")]
        public static partial void Warning(ILogger logger, string warning);

        [LoggerMessage(4509, LogLevel.Warning, "{Output} gets nothing: every input names other outputs")]
        public static partial void NotFed(ILogger logger, string output);

        [LoggerMessage(4513, LogLevel.Information, "All files are read to their ends and acknowledged (--once)")]
        public static partial void Done(ILogger logger);

        [LoggerMessage(4502, LogLevel.Information, "Agent stopped: {Read} lines read, {Acknowledged} acknowledged")]
        public static partial void Stopped(ILogger logger, long read, long acknowledged);

        [LoggerMessage(4503, LogLevel.Warning,
            "Agent stops before all that was read is acknowledged; the next start sends it again, exactly once")]
        public static partial void StoppedEarly(ILogger logger);

        [LoggerMessage(4507, LogLevel.Warning,
            "The agent runs as root: it can read every log of this host, and whoever may read the topic can then, too. "
            + "A user of its own with the capability CAP_DAC_READ_SEARCH, or in the group of the logs, is enough")]
        public static partial void RunsAsRoot(ILogger logger);

        [LoggerMessage(4512, LogLevel.Warning,
            "No registry of a Filebeat is in {Path}: no position is taken over. 'filebeat.registry.take_over' names "
            + "Filebeat's path.data")]
        public static partial void NoFilebeat(ILogger logger, string path);

        [LoggerMessage(4504, LogLevel.Error, "Agent failed")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
