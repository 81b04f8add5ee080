using System.Diagnostics.Metrics;
using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Inputs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Tests;

/// <summary>Starts processors on scripted or real queues.</summary>
internal static class TestHost
{
    /// <summary>A processor that is not started.</summary>
    public static ProcessorService Create(ProcessorConfig config) => new(
        config,
        ProcessorPipeline.Load(config, TimeProvider.System),
        NullLoggerFactory.Instance,
        Meters(),
        TimeProvider.System);

    public static IMeterFactory Meters() =>
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    /// <summary>A processor that reads the consumer; commits follow quickly.</summary>
    public static ProcessorService Start(
        string text, IRecordConsumer consumer, IDeadLetterSink deadLetters,
        Action<ProcessorConfig>? configure = null)
    {
        var config = new ProcessorConfig
        {
            ConfigString = "input { kafka { auto_commit_interval_ms => 20 } } " + text,
            PipelineWorkers = 3,
        };
        configure?.Invoke(config);
        var service = Create(config);
        service.Start(service.Load(), deadLetters, (_, _) => consumer);
        return service;
    }
}
