using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>Logging, meters and their exporter for one process.</summary>
public sealed class HostEnvironment : IDisposable
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    /// <summary>Sets up logging through <paramref name="writer"/> and the meters.</summary>
    public HostEnvironment(LogWriter writer)
    {
        Writer = writer;
        LoggerFactory = Microsoft.Extensions.Logging.LoggerFactory.Create(logging => logging
            .SetMinimumLevel(writer.Level)
            .AddProvider(new ConsoleLoggerProvider(writer)));
        Context = new ServiceContext(
            LoggerFactory, _meters.GetRequiredService<IMeterFactory>(), TimeProvider.System);
    }

    /// <summary>Where log entries go.</summary>
    public LogWriter Writer { get; }

    /// <summary>Makes the loggers.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>What parts are handed.</summary>
    public ServiceContext Context { get; }

    /// <summary>Collects what the parts measure.</summary>
    public PrometheusExporter Metrics { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Metrics.Dispose();
        LoggerFactory.Dispose();
        _meters.Dispose();
    }
}
