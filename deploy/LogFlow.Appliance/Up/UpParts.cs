using System.Diagnostics.Metrics;
using System.Net;
using LogFlow.Agent;
using LogFlow.Hosting;
using LogFlow.Processor;
using LogFlow.Queue;
using LogFlow.Store;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>
/// The parts of one process, joined as separate services would be: by addresses. Each is made when the ones that it
/// talks to listen.
/// </summary>
#pragma warning disable CA1001 // The host that they are given to starts, stops and disposes them.
internal sealed class UpParts
#pragma warning restore CA1001
{
    /// <summary>The store's folder in the data folder.</summary>
    public const string StoreFolder = "store";

    private readonly UpConfig _config;
    private readonly RecentErrors _errors;
    private readonly DeferredPart<QueueService> _queue;
    private readonly DeferredPart<StoreService> _store;
    private readonly DeferredPart<ProcessorService> _processor;
    private readonly DeferredPart<AgentService> _agent;
    private readonly DeferredPart<AlertsService> _alerts;
    private readonly Func<int> _consolePort;

    /// <summary>Prepares the parts with their folders below <paramref name="dataFolder"/>.</summary>
    /// <param name="config">What runs, and how.</param>
    /// <param name="pipeline">The processor's; null where it is left out.</param>
    /// <param name="dataFolder">Where the parts keep what they keep.</param>
    /// <param name="loggers">Where the parts log.</param>
    /// <param name="meters">Where they make their meters.</param>
    /// <param name="time">The clock.</param>
    /// <param name="errors">What went wrong lately.</param>
    /// <param name="consolePort">The console's port, once it listens.</param>
    public UpParts(
        UpConfig config,
        ProcessorPipeline? pipeline,
        string dataFolder,
        ILoggerFactory loggers,
        IMeterFactory meters,
        TimeProvider time,
        RecentErrors errors,
        Func<int> consolePort)
    {
        _config = config;
        _errors = errors;
        _consolePort = consolePort;
        config.Queue.LogDirs ??= Path.Combine(dataFolder, "queue");
        config.Store.PathData = Path.Combine(dataFolder, StoreFolder);
        config.Store.UsersNeededBy = config.IsConsoleOpenToOthers ? "console.host" : null;
        config.Processor.PathData = Path.Combine(dataFolder, "processor");
        config.Agent.PathData = Path.Combine(dataFolder, "agent");
        if (config.Queue.Port != 9092 || config.Queue.Listeners.Count == 0)
        {
            config.Queue.Listeners = [$"PLAINTEXT://127.0.0.1:{config.Queue.Port}"];
        }

        _queue = new("queue", () => new QueueService(config.Queue, loggers, meters, time));
        _store = new("store", () => new StoreService(config.Store, loggers, meters, time));
        _processor = new(
            "processor", () => new ProcessorService(Joined(config.Processor), pipeline!, loggers, meters, time));
        _agent = new("agent", () => new AgentService(Joined(config.Agent), loggers, meters, time));
        _alerts = new("alerts", () => AlertsSetup.Create(config, this, dataFolder, loggers, meters, time));
    }

    /// <summary>host:port of the queue.</summary>
    public string QueueAddress => _queue.Part?.Endpoint ?? _config.Queue.Address ?? "";

    /// <summary>The store's address for others; null where documents go elsewhere.</summary>
    public string? StoreAddress => Store?.Address.GetLeftPart(UriPartial.Authority) ?? _config.Store.Address;

    /// <summary>The store's address for this process and the owner's tools; null: it is in another process.</summary>
    public string? InnerStoreAddress => Store?.InnerAddress.GetLeftPart(UriPartial.Authority);

    /// <summary>The console's address as people reach it.</summary>
    public string ConsoleAddress => _config.ConsolePublicUrl?.TrimEnd('/')
        ?? $"{(_config.ConsoleSsl is { Enabled: true } ? "https" : "http")}://{ConsoleHost}:{_consolePort()}";

    /// <summary>The store of this process, once it runs.</summary>
    public StoreService? Store => _store.Part;

    /// <summary>
    /// The parts that run with a configuration, in the order in which they start; each is picked from the parts once
    /// those are made.
    /// </summary>
    public static IEnumerable<Func<UpParts, ILogFlowService>> Enabled(UpConfig config)
    {
        if (config.Queue.IsEnabled)
        {
            yield return static parts => parts._queue;
        }

        if (config.Store.IsEnabled)
        {
            yield return static parts => parts._store;
        }

        if (config.Processor.IsEnabled)
        {
            yield return static parts => parts._processor;
        }

        if (config.Agent.IsEnabled)
        {
            yield return static parts => parts._agent;
        }

        if (config.Alerts.Exists(static alert => alert.IsEnabled))
        {
            yield return static parts => parts._alerts;
        }
    }

    /// <summary>Where the lines are now.</summary>
    public PipelineSnapshot Snapshot()
    {
        var agent = _agent.Part?.GetStatus();
        var queue = _queue.Part?.GetStatus();
        var processor = _processor.Part?.GetStatus();
        var store = _store.Part?.GetStatus();
        return SnapshotBuilder.Build(agent, queue, processor, store, _errors.Latest());
    }

    /// <summary>The parts in detail, for the page that shows them.</summary>
    public PipelineDetail Detail() => new(
        _agent.Part?.GetStatus(),
        _agent.Part?.GetFiles() ?? [],
        _queue.Part?.GetStatus(),
        _processor.Part?.GetStatus(),
        _processor.Part?.GetStatements() ?? [],
        _store.Part?.GetStatus());

    /// <summary>The alerts, in the order of the configuration.</summary>
    public IReadOnlyList<AlertStatus> Alerts() => _alerts.Part?.GetStatus() ?? [];

    /// <summary>Who listens on all addresses is reached by the machine's name.</summary>
    private string ConsoleHost => ListenAddress.Parse(_config.ConsoleHost) is var address
        && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            ? Environment.MachineName
            : _config.ConsoleHost;

    private UpProcessorConfig Joined(UpProcessorConfig config)
    {
        config.QueueBootstrapServers = [QueueAddress];
        config.OutputStoreUrl ??= InnerStoreAddress ?? StoreAddress;
        config.OutputStoreSecret = _store.Part?.Secret;
        return config;
    }

    private UpAgentConfig Joined(UpAgentConfig config)
    {
        config.UseQueue(QueueAddress);
        return config;
    }
}
