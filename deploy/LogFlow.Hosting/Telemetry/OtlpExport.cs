using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace LogFlow.Hosting;

/// <summary>
/// Sends the parts' metrics to an OpenTelemetry collector, where the standard variables name one (OpenTelemetry
/// specification, "OpenTelemetry Protocol Exporter"): <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, with the others of its family
/// (protocol, headers, interval) read by OpenTelemetry itself. Without them nothing of OpenTelemetry is loaded: as the
/// way to <c>/metrics</c> it was measured to cost more than ours, see deploy/ARCHITECTURE.md.
/// </summary>
internal sealed class OtlpExport : IHostedService, IDisposable
{
    /// <summary>How long the last values may take on their way; the collector may be the thing that is down.</summary>
    private const int ShutdownMs = 2000;

    private MeterProvider? _provider;

    /// <summary>Whether somebody wants them.</summary>
    public static bool IsAskedFor =>
        IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(AddService)
            .AddMeter(PrometheusExporter.MeterPrefix + "*")
            .AddView(static instrument => new ExplicitBucketHistogramConfiguration
            {
                Boundaries = Buckets.For(instrument.Unit),
            })
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>The last values go when the parts have stopped, which is when the host ends.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider?.Shutdown(ShutdownMs);
        _provider?.Dispose();
    }

    private static void AddService(ResourceBuilder resource)
    {
        if (!IsSet("OTEL_SERVICE_NAME"))
        {
            resource.AddService(AppDomain.CurrentDomain.FriendlyName, serviceVersion: ProductVersion.Text);
        }
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
