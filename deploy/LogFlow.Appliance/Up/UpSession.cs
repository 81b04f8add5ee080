using LogFlow.Hosting;
using Microsoft.Extensions.Hosting;

namespace LogFlow.Appliance;

/// <summary>What <c>logflow up</c> tells the person who started it.</summary>
internal sealed class UpSession(
    UpConfig config,
    UpParts parts,
    string dataFolder,
    ObservabilityServer consoleServer,
    LogFormatter log,
    TimeProvider time) : IHostedService, IAsyncDisposable
{
    private StatusReporter? _reporter;

    /// <summary>Once all parts run: where things are, a first command to try, then the status line.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var console = $"{(config.ConsoleSsl is { Enabled: true } ? "https" : "http")}://{config.ConsoleHost}:"
            + consoleServer.Port;
        new Endpoints(parts.QueueAddress, parts.StoreAddress, parts.InnerStoreAddress, console).Save(dataFolder);
        var output = Console.Out;
        output.WriteLine($"LogFlow {ProductVersion.Text} is up");
        output.WriteLine($"  console  {console}");
        output.WriteLine($"  queue    {parts.QueueAddress}  (Kafka protocol)");
        output.WriteLine($"  store    {parts.StoreAddress}  (Elasticsearch API)");
        output.WriteLine($"  data     {dataFolder}");
        if (config.Agent.IsEnabled)
        {
            output.WriteLine($"  reading  {string.Join(", ", config.Agent.Inputs.SelectMany(input => input.Paths))}");
        }

        if (config.Alerts.Count(static alert => alert.IsEnabled) is > 0 and var alerts)
        {
            output.WriteLine($"  alerts   {alerts}, on the console's page Pipeline");
        }

        var isDefault = dataFolder == DataFolder.Choose(null);
        output.WriteLine($"Try: logflow search 'error' --since 1h{(isDefault ? "" : $" --data {dataFolder}")}");
        var first = parts.Snapshot();
        if (config.Agent.IsEnabled && first.FilesWatched == 0)
        {
            output.WriteLine(
                "No log file is there yet; waiting for some. Name others with --path '/srv/app/*.log' (repeatable).");
        }

        output.Flush();
        _reporter = new StatusReporter(parts.Snapshot, output, !Console.IsOutputRedirected, log, time);
        return Task.CompletedTask;
    }

    /// <summary>Says so at once; the state is shown until the parts have stopped.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _reporter?.Say("Stopping: what was accepted is finished first (a second Ctrl-C stops at once).");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reporter?.DisposeAsync() ?? ValueTask.CompletedTask;
}
