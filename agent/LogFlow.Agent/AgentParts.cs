using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>The parts of one output's pipeline and how they hang together.</summary>
internal sealed class AgentParts : IAsyncDisposable
{
    private const int ThreadsMax = 4;

    private readonly AgentCounters _counters;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private volatile IReadOnlyList<FilestreamInput> _inputs = [];
    private RecoveryCoordinator? _recovery;
    private BatchRebuilder? _rebuilder;

    private AgentParts(AgentCounters counters, ILoggerFactory loggers, TimeProvider time)
    {
        _counters = counters;
        _loggers = loggers;
        _time = time;
    }

    public required OutputTarget Target { get; init; }

    public required Registry Registry { get; init; }

    public required IBatchSink Sink { get; init; }

    public required ByteBudget Budget { get; init; }

    public required Publisher Publisher { get; init; }

    public required HarvesterScheduler Scheduler { get; init; }

    /// <summary>Replaced whole when inputs come and go.</summary>
    public required IReadOnlyList<FilestreamInput> Inputs
    {
        get => _inputs;
        set => _inputs = value;
    }

    /// <summary>Makes another input.</summary>
    public required Func<AgentConfig, InputConfig, FilestreamInput> CreateInput { get; init; }

    public static AgentParts Create(
        AgentConfig config,
        OutputTarget target,
        AgentIdentity identity,
        Registry registry,
        AgentSeams seams,
        AgentMetrics metrics,
        SinkContext context,
        Lazy<FilebeatPositions?> filebeat)
    {
        var (loggers, time, counters) = (context.Loggers, context.Time, context.Counters);
        var sink = seams.OpenSink(target, context);
        var budget = new ByteBudget(config.MemoryQueue.Bytes.Bytes);
        var publisher = new Publisher(new PublishingContext(
            target.Options, sink, registry, budget, metrics, counters, time,
            loggers.CreateLogger<PartitionPublisher>())
        {
            Topic = target.Topic,
        });
        var inputs = config.InputsOf(target);
        var scheduler = new HarvesterScheduler(
            config.MaxProcs > 0 ? config.MaxProcs : Math.Min(Environment.ProcessorCount, ThreadsMax),
            (int)inputs.Select(input => (input.HarvesterBufferSize ?? input.BufferSize).Bytes)
                .DefaultIfEmpty(new InputConfig().BufferSize.Bytes).Max(),
            budget,
            publisher,
            loggers.CreateLogger<HarvesterScheduler>());
        var openFiles = OpenFileLimit.ForProcess();
        var logger = loggers.CreateLogger<FilestreamInput>();
        FilestreamInput CreateInput(AgentConfig agent, InputConfig input) => new(
            new HarvestContext(
                new InputOptions(agent, input, target, identity), registry, publisher, counters, time, logger)
            {
                // Read at the first start of an input alone: later ones do not need it, damaged or gone.
                TakeOver = input.IsReceived || registry.FilesOf(InputIds.Of(agent, input)).Count > 0
                    ? null
                    : filebeat.Value,
                OpenFile = path => GzipLogFile.Unwrap(seams.OpenFile(path)),
            },
            scheduler,
            openFiles);
        return new AgentParts(counters, loggers, time)
        {
            CreateInput = CreateInput,
            Target = target,
            Registry = registry,
            Sink = sink,
            Budget = budget,
            Publisher = publisher,
            Scheduler = scheduler,
            Inputs = [.. inputs.Select(input => CreateInput(config, input))],
        };
    }

    /// <summary>Partitions whose recovery waits for a file.</summary>
    public int PartitionsWaiting => _recovery?.Waiting ?? 0;

    /// <summary>Takes up what a former run left unacknowledged, then lets the readers begin.</summary>
    public Task RecoverAsync(TopicIdentity topic, Action onFirstPass, CancellationToken cancellationToken)
    {
        _rebuilder = new BatchRebuilder(Budget, Target.Options, _time);
        _recovery = new RecoveryCoordinator(
            new RecoveryContext(
                Registry,
                Publisher,
                Sink,
                new RecoveryFiles(Inputs),
                Target.Options,
                _counters,
                _time,
                _loggers.CreateLogger<RecoveryCoordinator>()),
            _rebuilder);
        return _recovery.RecoverAsync(_recovery.CheckTopic(topic), onFirstPass, cancellationToken);
    }

    /// <summary>Stops at once; the registry is synced last.</summary>
    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        await Sink.DisposeAsync();
        foreach (var input in Inputs)
        {
            await input.DisposeAsync();
        }

        await Registry.DisposeAsync();
        Scheduler.Dispose();
        _rebuilder?.Dispose();
        Budget.Dispose();
    }
}
