using System.Diagnostics.Metrics;
using LogFlow.Queue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Appliance.Tests;

/// <summary>A queue in this process, with meters of its own.</summary>
internal sealed class RunningQueue : IAsyncDisposable
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly QueueService _service;

    private RunningQueue(QueueConfig config) => _service = new QueueService(
        config, NullLoggerFactory.Instance, _meters.GetRequiredService<IMeterFactory>(), TimeProvider.System);

    public string Endpoint => _service.Endpoint;

    /// <summary>With one plain listener on a free port.</summary>
    public static Task<RunningQueue> StartAsync(string folder) => StartAsync(new QueueConfig
    {
        Listeners = ["PLAINTEXT://127.0.0.1:0"],
        LogDir = folder,
        GroupInitialRebalanceDelayMs = 0,
        HttpPort = -1,
    });

    public static async Task<RunningQueue> StartAsync(QueueConfig config)
    {
        var queue = new RunningQueue(config);
        await queue._service.StartAsync(CancellationToken.None);
        return queue;
    }

    public int PortOf(string listener) => _service.PortOf(listener);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _service.StopAsync(limit.Token);
        await _service.DisposeAsync();
        _meters.Dispose();
    }
}
