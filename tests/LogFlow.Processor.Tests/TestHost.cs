using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Inputs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Tests;

/// <summary>Starts processors on scripted or real queues.</summary>
internal static class TestHost
{
    public static ServiceContext Context(ILoggerFactory? loggers = null) => new(
        loggers ?? NullLoggerFactory.Instance,
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(),
        TimeProvider.System);

    /// <summary>A processor that reads the consumer; commits follow quickly.</summary>
    public static ProcessorService Start(
        string text, IRecordConsumer consumer, IDeadLetterSink deadLetters,
        Action<ProcessorConfig>? configure = null)
    {
        var config = new ProcessorConfig
        {
            ConfigString = "input { kafka { auto_commit_interval_ms => 20 codec => json } } " + text,
            PipelineWorkers = 3,
        };
        configure?.Invoke(config);
        var service = new ProcessorService(config, ProcessorPipeline.Load(config, TimeProvider.System), Context());
        service.Start(service.Load(), deadLetters, (_, _) => consumer);
        return service;
    }
}
