using System.Diagnostics.Metrics;
using System.Reflection;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>The parts of a started agent and how they hang together.</summary>
internal sealed class AgentParts : IAsyncDisposable
{
    private const int ThreadsMax = 4;

    private readonly AgentMetrics _metrics;
    private readonly AgentCounters _counters;
    private readonly PublisherOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private RecoveryCoordinator? _recovery;
    private BatchRebuilder? _rebuilder;

    private AgentParts(
        AgentMetrics metrics, AgentCounters counters, PublisherOptions options, ILoggerFactory loggers,
        TimeProvider time)
    {
        _metrics = metrics;
        _counters = counters;
        _options = options;
        _loggers = loggers;
        _time = time;
    }

    public required Registry Registry { get; init; }

    public required IBatchSink Sink { get; init; }

    public required ByteBudget Budget { get; init; }

    public required Publisher Publisher { get; init; }

    public required HarvesterScheduler Scheduler { get; init; }

    public required IReadOnlyList<FilestreamInput> Inputs { get; init; }

    public static AgentParts Create(
        AgentConfig config,
        ILoggerFactory loggers,
        IMeterFactory meters,
        TimeProvider time,
        Registry registry,
        AgentSeams seams,
        AgentCounters counters,
        Func<AgentStatus?> status)
    {
        var sink = seams.OpenSink(config, loggers, time);
        var metrics = new AgentMetrics(meters, counters, status);
        var budget = new ByteBudget(config.MemoryQueue.Bytes.Bytes);
        var options = BuildOptions(config);
        var publisher = new Publisher(new PublishingContext(
            options, sink, registry, budget, metrics, counters, time,
            loggers.CreateLogger<PartitionPublisher>())
        {
            Topic = config.Kafka.Topic,
        });
        var inputs = config.Inputs.Where(input => input.Enabled).ToList();
        var scheduler = new HarvesterScheduler(
            config.MaxProcs > 0 ? config.MaxProcs : Math.Min(Environment.ProcessorCount, ThreadsMax),
            (int)inputs.Select(input => (input.HarvesterBufferSize ?? input.BufferSize).Bytes)
                .DefaultIfEmpty(new InputConfig().BufferSize.Bytes).Max(),
            budget,
            publisher,
            loggers.CreateLogger<HarvesterScheduler>());
        var identity = new AgentIdentity(
            registry.AgentId,
            Guid.NewGuid(),
            config.Name.Length > 0 ? config.Name : Environment.MachineName,
            typeof(AgentParts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
                .InformationalVersion.Split('+')[0] ?? "0");
        var openFiles = OpenFileLimit.ForProcess();
        var logger = loggers.CreateLogger<FilestreamInput>();
        return new AgentParts(metrics, counters, options, loggers, time)
        {
            Registry = registry,
            Sink = sink,
            Budget = budget,
            Publisher = publisher,
            Scheduler = scheduler,
            Inputs =
            [
                .. inputs.Select(input => new FilestreamInput(
                    new HarvestContext(
                        new InputOptions(config, input, identity), registry, publisher, counters, time,
                        logger)
                    {
                        OpenFile = path => GzipLogFile.Unwrap(seams.OpenFile(path)),
                    },
                    scheduler,
                    openFiles)),
            ],
        };
    }

    /// <summary>Partitions whose recovery waits for a file.</summary>
    public int PartitionsWaiting => _recovery?.Waiting ?? 0;

    /// <summary>Takes up what a former run left unacknowledged, then lets the readers begin.</summary>
    public Task RecoverAsync(TopicIdentity topic, Action onFirstPass, CancellationToken cancellationToken)
    {
        _rebuilder = new BatchRebuilder(Budget, _options, _time);
        _recovery = new RecoveryCoordinator(
            new RecoveryContext(
                Registry,
                Publisher,
                Sink,
                new RecoveryFiles(Inputs),
                _options,
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
        _metrics.Dispose();
    }

    private static PublisherOptions BuildOptions(AgentConfig config)
    {
        var kafka = config.Kafka;
        var compression = kafka.Compression switch
        {
            OutputCompression.Gzip => CompressionType.Gzip,
            OutputCompression.Snappy => CompressionType.Snappy,
            OutputCompression.Lz4 => CompressionType.Lz4,
            OutputCompression.Zstd => CompressionType.Zstd,
            _ => CompressionType.None,
        };
        var records = int.MaxValue;
        foreach (var limit in (ReadOnlySpan<int>)[kafka.BulkMaxSize, config.MemoryQueue.Events])
        {
            records = limit > 0 ? Math.Min(records, limit) : records;
        }

        return new PublisherOptions(
            compression, Math.Max(1, kafka.CompressionLevel), (int)kafka.MaxMessageBytes.Bytes, records)
        {
            RefusedPause = kafka.BackoffMax < PublisherOptions.RefusedPauseMax
                ? kafka.BackoffMax
                : PublisherOptions.RefusedPauseMax,
        };
    }
}
