using System.Diagnostics.Metrics;
using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Tests;

/// <summary>Starts processors on scripted or real queues.</summary>
internal static class TestHost
{
    /// <summary>A processor that is not started.</summary>
    public static ProcessorService Create(
        ProcessorConfig config, BytePool? bulkPool = null, ILoggerFactory? loggers = null) => new(
        config,
        ProcessorPipeline.Load(config, TimeProvider.System),
        loggers ?? NullLoggerFactory.Instance,
        Meters(),
        TimeProvider.System)
        {
            BulkPool = bulkPool ?? BulkMemory.Pool,
        };

    public static IMeterFactory Meters() =>
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    /// <summary>A processor that reads the consumer; commits follow quickly.</summary>
    public static ProcessorService Start(
        string text, IRecordConsumer consumer, IDeadLetterSink deadLetters,
        Action<ProcessorConfig>? configure = null, BytePool? bulkPool = null,
        ILoggerFactory? loggers = null)
    {
        var config = new ProcessorConfig
        {
            ConfigString = "input { kafka { auto_commit_interval_ms => 20 codec => json } } " + text,
            PipelineWorkers = 3,
        };
        configure?.Invoke(config);
        var service = Create(config, bulkPool, loggers);
        service.Start(service.Load(), deadLetters, (_, _) => consumer);
        return service;
    }
}
