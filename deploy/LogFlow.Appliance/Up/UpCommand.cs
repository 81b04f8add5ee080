using System.CommandLine;
using LogFlow.Appliance.Status;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Processor;

namespace LogFlow.Appliance.Up;

/// <summary><c>logflow up</c>: the whole pipeline in one process.</summary>
internal sealed class UpCommand
{
    private readonly ConfigOptions _options;

    private readonly Option<string[]> _paths = new("--path", "-p")
    {
        Description = "Log files to read, as a glob; repeatable (default: what the host has in /var/log)",
        HelpName = "GLOB",
    };

    private readonly Option<string?> _data = DataFolder.Option();

    private UpCommand(ConfigOptions options) => _options = options;

    /// <summary>The command for the root.</summary>
    public static Command Create(ConfigOptions options)
    {
        var up = new UpCommand(options);
        var command = new Command("up", "Run agent, queue, processor and store in this process")
        {
            up._paths, up._data,
        };
        command.SetAction((parsed, _) => up.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var config = _options.Load(parsed, "logflow.yml").Bind<UpConfig>();
        if (parsed.GetValue(_paths) is { Length: > 0 } paths)
        {
            config.Agent.Read(paths.Select(Path.GetFullPath));
        }

        var pipeline = config.Processor.IsEnabled
            ? ProcessorPipeline.Load(config.Processor, TimeProvider.System)
            : null;
        var dataFolder = DataFolder.Choose(parsed.GetValue(_data) ?? config.PathData);
        using var signals = new StopSignals();
        using var hold = DirectoryLock.Acquire(dataFolder);
        using var environment = new HostEnvironment(
            LogWriter.ForConsole(LogLevelName.Parse(config.LogLevel), TimeProvider.System));
        await using var parts = new UpParts(config, pipeline, dataFolder, environment.Context);
        await using var console = await ObservabilityServer.StartAsync(
            new HttpSettings(true, config.ConsoleHost, config.ConsolePort, "console.port"),
            environment.Metrics,
            parts.All,
            routes => StatusRoutes.Map(routes, parts.All, parts.Snapshot));
        await using var session = new UpSession(config, parts, environment, dataFolder, console.Port);
        return await new PartRunner(parts.All, environment.LoggerFactory).RunAsync(signals, session.WelcomeAsync);
    }
}
