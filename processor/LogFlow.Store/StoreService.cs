using System.Diagnostics.Metrics;
using System.Net;
using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>
/// The embedded store: documents come in by <c>_bulk</c> and are searched through Elasticsearch's HTTP API, on its
/// own port. Start, take documents, stop: what was answered for is still there afterwards.
/// </summary>
public sealed partial class StoreService : ILogFlowService
{
    /// <summary>The header by which LogFlow's processor proves itself.</summary>
    public const string SecretHeader = StoreSecret.Header;

    /// <summary>The header by which tools of the folder's owner prove that they may read the folder.</summary>
    public const string OwnerHeader = StoreSecret.OwnerHeader;

    /// <summary>The file in the store's folder with what that header must say.</summary>
    public const string OwnerFile = StoreSecret.OwnerFileName;

    private const string ClusterIdFile = "cluster-id";

    /// <summary>More connections are closed at once: each costs memory before it has sent a byte.</summary>
    private const int ConnectionCountMax = 1024;

    private static readonly TimeSpan TrimInterval = TimeSpan.FromMinutes(1);

    private readonly StoreConfig _config;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ILogger _tlsLogger;
    private readonly StoreMetrics _metrics;
    private readonly BackgroundWork _work = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    /// <summary>What it held before it started, or when it stopped.</summary>
    private StoreStatus _lastStatus = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    private StoreEngine? _engine;
    private StoreSecret? _secret;
    private StoreSecret? _owner;
    private BodyReader? _bodies;
    private WebApplication? _application;

    /// <summary>Makes the service; nothing is opened before <see cref="StartAsync"/>.</summary>
    public StoreService(
        StoreConfig config, ILoggerFactory loggers, IMeterFactory meters, TimeProvider time)
    {
        _config = config;
        _time = time;
        _logger = loggers.CreateLogger<StoreService>();
        _tlsLogger = loggers.CreateLogger<SecureListener>();
        _metrics = new StoreMetrics(meters, time);
    }

    /// <inheritdoc/>
    public string Name => "store";

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>The port it listens on, after the start.</summary>
    public int Port { get; private set; }

    /// <summary>What a processor in the same process proves itself by; null before the start.</summary>
    public string? Secret => _secret?.Text;

    /// <summary>What proves that a request comes from who owns the folder; null before the start.</summary>
    public string? OwnerSecret => _owner?.Text;

    /// <summary>The memory of request bodies, for tests in this solution.</summary>
    internal BodyReader Bodies => _bodies ?? throw new InvalidOperationException("the store is not started");

    /// <summary>The engine, for tests in this solution.</summary>
    internal StoreEngine Engine => _engine ?? throw new InvalidOperationException("the store is not started");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_config.Validate() is [var problem, ..])
        {
            throw new StartupException($"{problem.Key}: {problem.Message}", exitCode: 2);
        }

        var options = StoreOptions.From(_config);
        _engine = Open(options);
        _metrics.Observe(GetStatus);
        _work.StartHere("watch", WatchAsync);
        try
        {
            await ListenAsync(options, cancellationToken);
        }
        catch
        {
            await DisposeEngineAsync();
            throw;
        }

        Log.Listening(_logger, _config.HttpHost, Port, _config.HttpSsl is { Enabled: true } ? "https" : "http");
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_application is not null)
        {
            await _application.StopAsync(cancellationToken);
        }

        if (_engine is not null && !_engine.Completion.IsCompleted)
        {
            try
            {
                await _engine.FlushAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Stopping at once: what is not durable was not committed in the queue either.
            }
        }

        await DisposeEngineAsync();
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public HealthReport CheckHealth()
    {
        if (_engine is null || _application is null)
        {
            return new HealthReport(false, "not started");
        }

        if (_engine.WriteProblem is { } problem)
        {
            return new HealthReport(false, $"cannot write: {problem}");
        }

        // It goes on with what is whole; who looks must know that it is not all.
        var damaged = _engine.GetStatus().CorruptCount;
        return damaged > 0
            ? new HealthReport(true, $"ok, but {damaged} segment(s) or block(s) are damaged: searches lack them")
            : HealthReport.Ready;
    }

    /// <summary>What the store holds and does now.</summary>
    public StoreStatus GetStatus() => _engine?.GetStatus() ?? _lastStatus;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.DisposeAsync();
            _application = null;
        }

        await DisposeEngineAsync();
        _metrics.Dispose();
        _completion.TrySetResult();
    }

    private StoreEngine Open(StoreOptions options)
    {
        try
        {
            return StoreEngine.Open(options, new StoreDisk(), _time, _logger, _metrics);
        }
        catch (DirectoryLockedException error)
        {
            throw new StartupException($"{error.Message}; stop it, or choose another folder with path.data");
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StartupException($"no permission for the store's folder {options.Directory} (path.data): "
                + error.Message);
        }
        catch (IOException error)
        {
            throw new StartupException($"cannot open the store in {options.Directory} (path.data): {error.Message}");
        }
    }

    private async Task ListenAsync(StoreOptions options, CancellationToken cancellationToken)
    {
        _secret = LoadSecret(options, StoreSecret.LoadOrCreate);
        _owner = LoadSecret(options, StoreSecret.LoadOrCreateOwners);
        _gate = OpenGate(options.Directory, _owner);
        var tls = _config.HttpSsl?.CreateServer(_time) is { } server
            ? new SecureListener(server, "the store's HTTP API", _tlsLogger, _time)
            : null;
        var application = EmbeddedWebServer.Create(
            kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = null; // RequestBody enforces http.max_content_length itself.
                kestrel.Limits.MaxConcurrentConnections = ConnectionCountMax;
                kestrel.Listen(
                    ListenAddress.Parse(_config.HttpHost), _config.HttpPort, listen => tls?.Use(listen));
                if (NeedsInnerPort)
                {
                    kestrel.Listen(IPAddress.Loopback, 0);
                }
            },
            TimeSpan.FromSeconds(5));
        _bodies = new BodyReader((int)_config.HttpMaxContentLength.Bytes, _secret, _time);
        _bodies.Others.LongWait += wait => Log.BodiesWait(_logger, wait.WaiterCount, wait.Waited.TotalSeconds,
            wait.BytesHeld, wait.LargestHolder, wait.LargestHolderBytes);
        var router = new StoreRouter(
            new BulkEndpoint(_engine!, _secret!, _metrics, _time),
            new SearchEndpoint(_engine!, _metrics, _time),
            new DocumentEndpoint(_engine!, _time),
            new FieldsEndpoint(_engine!),
            new CatalogEndpoint(_engine!, ReadClusterId(options.Directory)),
            new TemplateEndpoint(LoadTemplates(options.Directory)),
            new SecurityEndpoint(_gate, _users!),
            _bodies, _logger);
        RequestGuard.Use(application, new RequestGuardOptions
        {
            AllowedHosts = _config.HttpAllowedHosts,
            RequiresJson = true,
            Refuse = HttpAnswer.RefuseAsync,
        });
        application.Use(_gate.HandleAsync);
        application.Run(router.HandleAsync);
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await application.DisposeAsync();
            throw ListenAddress.CannotListen(
                "the store's HTTP API", _config.HttpHost, _config.HttpPort, _config.PortKey, error);
        }

        _application = application;
        var ports = application.Urls.Select(static url => new Uri(url).Port).ToArray();
        Port = ports[0];
        _gate.InnerPort = NeedsInnerPort ? ports[1] : 0;
    }

    private TemplateKeeper LoadTemplates(string directory)
    {
        try
        {
            var keeper = TemplateKeeper.Load(directory, out var damage);
            if (damage is not null)
            {
                Log.TemplatesDamaged(_logger, damage);
            }

            return keeper;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"cannot read the store's templates in {directory} (path.data): {error.Message}");
        }
    }

    private static StoreSecret LoadSecret(StoreOptions options, Func<string, StoreSecret> load)
    {
        try
        {
            return load(options.Directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"cannot keep a secret in the store's folder {options.Directory} (path.data): {error.Message}");
        }
    }

    /// <summary>Passes a failure of the engine on, and once a minute gives up buffers that nobody needed.</summary>
    private async Task WatchAsync(CancellationToken stopping)
    {
        var engine = Engine.Completion;
        using var timer = new PeriodicTimer(TrimInterval, _time);
        while (!engine.IsCompleted)
        {
            var tick = timer.WaitForNextTickAsync(stopping).AsTask();
            await Task.WhenAny(engine, tick);
            if (!engine.IsCompleted)
            {
                await tick;
                _bodies?.Pool.Trim();
            }
        }

        if (engine.Exception is { } error)
        {
            _completion.TrySetException(error.InnerException!);
        }
    }

    private async ValueTask DisposeEngineAsync()
    {
        await _work.DisposeAsync();
        _bodies?.Dispose();
        _gate?.Dispose();
        if (_engine is not null)
        {
            _lastStatus = _engine.GetStatus();
            await _engine.DisposeAsync();
            _engine = null;
        }
    }

    /// <summary>An id that stays with the data: clients tell clusters apart by it.</summary>
    private static string ReadClusterId(string directory)
    {
        var path = Path.Combine(directory, ClusterIdFile);
        if (File.Exists(path) && File.ReadAllText(path) is { Length: DocumentId.TopicTextLength } known)
        {
            return known;
        }

        var id = KafkaUuid.Format(Guid.NewGuid());
        DurableFile.Replace(path, System.Text.Encoding.ASCII.GetBytes(id));
        return id;
    }

    private static partial class Log
    {
        [LoggerMessage(7042, LogLevel.Error,
            "The file templates.json is damaged ({Reason}) and was set aside as templates.json.corrupt: templates and "
            + "policies that clients have put are gone until they put them again.")]
        public static partial void TemplatesDamaged(ILogger logger, string reason);

        [LoggerMessage(7041, LogLevel.Warning,
            "{Count} requests wait for memory for their bodies, the first for {Seconds:0} s: {Bytes} bytes are held, "
            + "most "
            + "by {Holder} ({HolderBytes} bytes).")]
        public static partial void BodiesWait(
            ILogger logger, int count, double seconds, long bytes, string holder, long holderBytes);

        [LoggerMessage(7040, LogLevel.Information, "The store listens on {Host}:{Port} (Elasticsearch API, {Scheme}).")]
        public static partial void Listening(ILogger logger, string host, int port, string scheme);
    }
}
