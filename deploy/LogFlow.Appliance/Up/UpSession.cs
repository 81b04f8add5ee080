using LogFlow.Appliance.Status;
using LogFlow.Hosting;

namespace LogFlow.Appliance.Up;

/// <summary>What <c>logflow up</c> tells the person who started it.</summary>
internal sealed class UpSession(
    UpConfig config, UpParts parts, HostEnvironment environment, string dataFolder, int consolePort) : IAsyncDisposable
{
    private StatusReporter? _reporter;

    /// <summary>Once all parts run: where things are, a first command to try, then the status line.</summary>
    public Task WelcomeAsync()
    {
        var console = $"http://{config.ConsoleHost}:{consolePort}";
        new Endpoints(parts.QueueAddress, parts.StoreAddress, console).Save(dataFolder);
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

        var isDefault = dataFolder == DataFolder.Choose(null);
        output.WriteLine($"Try: logflow search 'error' --since 1h{(isDefault ? "" : $" --data {dataFolder}")}");
        var first = parts.Snapshot();
        if (config.Agent.IsEnabled && first.FilesWatched == 0)
        {
            output.WriteLine(
                "No log file is there yet; waiting for some. Name others with --path '/srv/app/*.log' (repeatable).");
        }

        output.Flush();
        _reporter = new StatusReporter(
            parts.Snapshot, output, !Console.IsOutputRedirected, environment.Writer, environment.Context.TimeProvider);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reporter?.DisposeAsync() ?? ValueTask.CompletedTask;
}
