using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace LogFlow.Hosting;

/// <summary>
/// What alert rules ask of every process, whatever runs in it: whether each part is ready, and how much room is left.
/// </summary>
internal sealed class HostMetrics(HostSettings settings, IEnumerable<ILogFlowService> parts, IMeterFactory meters)
    : IHostedService, IDisposable
{
    private readonly ILogFlowService[] _parts = [.. parts];
    private readonly Meter _meter = meters.Create("LogFlow.Hosting");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableGauge("logflow.part.ready", Ready, "{part}",
            "1 where a part does its work, 0 where /health/ready says why it does not.");
        _meter.CreateObservableGauge("logflow.data.free", Free, "By",
            "Bytes that are free where the data folder is.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Ready() => _parts.Select(static part => new Measurement<int>(
        part.CheckHealth().IsReady ? 1 : 0, new KeyValuePair<string, object?>("part", part.Name)));

    private IEnumerable<Measurement<long>> Free()
    {
        if (settings.DataFolder is not { } folder)
        {
            return [];
        }

        try
        {
            return [new Measurement<long>(new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not known is not nothing.
            return [];
        }
    }
}
