using System.Diagnostics.Metrics;
using System.Reflection;
using LogFlow.Hosting;
using LogFlow.Kafka.Protocol.Records;
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

    public required MemoryBudget Budget { get; init; }

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
        Func<AgentStatus?> status,
        Action<Exception> onFatal)
    {
        var sink = seams.OpenSink(config, loggers, time);
        var metrics = new AgentMetrics(meters, counters, status);
        var budget = new MemoryBudget(config.MemoryQueue.Bytes.Bytes);
        var options = BuildOptions(config);
        var publisher = new Publisher(new PublishingContext(
            options, sink, registry, budget, metrics, counters, time,
            loggers.CreateLogger<PartitionPublisher>())
        {
            Topic = config.Kafka.Topic,
            OnFatal = onFatal,
        });
        var inputs = config.Inputs.Where(input => input.Enabled).ToList();
        var scheduler = new HarvesterScheduler(
            config.MaxProcs > 0 ? config.MaxProcs : Math.Min(Environment.ProcessorCount, ThreadsMax),
            (int)inputs.Max(input => (input.HarvesterBufferSize ?? input.BufferSize).Bytes),
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
                        OpenFile = seams.OpenFile,
                    },
                    scheduler,
                    openFiles)),
            ],
        };
    }

    /// <summary>Takes up what a former run left unacknowledged.</summary>
    public void Recover(TopicIdentity topic)
    {
        var recovery = new RecoveryCoordinator(
            Registry,
            Publisher,
            new BatchRebuilder(Budget, _options, _time),
            _counters,
            FindGeneration,
            _loggers.CreateLogger<RecoveryCoordinator>());
        recovery.Recover(recovery.CheckTopic(topic));
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
        Budget.Dispose();
        _metrics.Dispose();
    }

    private ScheduledHarvester? FindGeneration(long generation)
    {
        foreach (var input in Inputs)
        {
            if (input.FindGeneration(generation) is { } harvester)
            {
                return harvester;
            }
        }

        return null;
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
