using LogFlow.Agent;
using LogFlow.Appliance.Status;
using LogFlow.Hosting;
using LogFlow.Processor;
using LogFlow.Queue;
using LogFlow.Store;

namespace LogFlow.Appliance.Up;

/// <summary>
/// The parts of one process, joined as separate services would be: by addresses. Each is made when the ones that it
/// talks to listen.
/// </summary>
internal sealed class UpParts : IAsyncDisposable
{
    private readonly UpConfig _config;
    private readonly DeferredPart<QueueService> _queue;
    private readonly DeferredPart<StoreService> _store;
    private readonly DeferredPart<ProcessorService> _processor;
    private readonly DeferredPart<AgentService> _agent;

    /// <summary>Prepares the enabled parts with their folders below <paramref name="dataFolder"/>.</summary>
    /// <param name="config">What runs, and how.</param>
    /// <param name="pipeline">The processor's; null where it is left out.</param>
    /// <param name="dataFolder">Where the parts keep what they keep.</param>
    /// <param name="context">What the host provides.</param>
    public UpParts(UpConfig config, ProcessorPipeline? pipeline, string dataFolder, ServiceContext context)
    {
        _config = config;
        config.Queue.LogDirs ??= Path.Combine(dataFolder, "queue");
        config.Store.PathData = Path.Combine(dataFolder, "store");
        config.Processor.PathData = Path.Combine(dataFolder, "processor");
        config.Agent.PathData = Path.Combine(dataFolder, "agent");
        if (config.Queue.Port != 9092 || config.Queue.Listeners.Count == 0)
        {
            config.Queue.Listeners = [$"PLAINTEXT://127.0.0.1:{config.Queue.Port}"];
        }

        _queue = new("queue", () => new QueueService(config.Queue, context));
        _store = new("store", () => new StoreService(config.Store, context));
        _processor = new("processor", () => new ProcessorService(Joined(config.Processor), pipeline!, context));
        _agent = new("agent", () => new AgentService(Joined(config.Agent), context));
        All = [.. Enabled()];
    }

    /// <summary>The parts that run, in the order in which they start.</summary>
    public IReadOnlyList<ILogFlowService> All { get; }

    /// <summary>host:port of the queue.</summary>
    public string QueueAddress => _queue.Part?.Endpoint ?? _config.Queue.Address ?? "";

    /// <summary>The store's address; null where documents go elsewhere.</summary>
    public string? StoreAddress => _store.Part is { } store ? $"http://127.0.0.1:{store.Port}" : _config.Store.Address;

    /// <summary>Where the lines are now.</summary>
    public PipelineSnapshot Snapshot()
    {
        var agent = _agent.Part?.GetStatus();
        var queue = _queue.Part?.GetStatus();
        var processor = _processor.Part?.GetStatus();
        var store = _store.Part?.GetStatus();
        return SnapshotBuilder.Build(agent, queue, processor, store);
    }

    /// <summary>Ends all parts, those that others talk to last.</summary>
    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _processor.DisposeAsync();
        await _store.DisposeAsync();
        await _queue.DisposeAsync();
    }

    private IEnumerable<ILogFlowService> Enabled()
    {
        if (_config.Queue.IsEnabled)
        {
            yield return _queue;
        }

        if (_config.Store.IsEnabled)
        {
            yield return _store;
        }

        if (_config.Processor.IsEnabled)
        {
            yield return _processor;
        }

        if (_config.Agent.IsEnabled)
        {
            yield return _agent;
        }
    }

    private UpProcessorConfig Joined(UpProcessorConfig config)
    {
        config.QueueBootstrapServers = [QueueAddress];
        config.OutputStoreUrl ??= StoreAddress;
        config.OutputStoreSecret = _store.Part?.Secret;
        return config;
    }

    private UpAgentConfig Joined(UpAgentConfig config)
    {
        config.Kafka.Hosts = [QueueAddress];
        return config;
    }
}
