using System.CommandLine;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Processor;
using LogFlow.Store;
using LogFlow.WebConsole;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary><c>logflow up</c>: the whole pipeline in one process.</summary>
internal sealed class UpCommand
{
    /// <summary>Read where it is there and <c>-c</c> names none.</summary>
    public const string DefaultConfigFile = "logflow.yml";

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
        var document = _options.Load(parsed, DefaultConfigFile, UpKeystore.Place(parsed.GetValue(_data)));
        var config = document.Bind<UpConfig>(out var host);
        var taken = TakeOptions(parsed, config);
        var pipeline = config.Processor.IsEnabled
            ? ProcessorPipeline.Load(config.Processor, TimeProvider.System)
            : null;
        var dataFolder = DataFolder.Choose(config.PathData);
        using var hold = DirectoryLock.Acquire(dataFolder);
        Endpoints.Clear(dataFolder);
        var settings = new HostSettings(
            LogLevelName.Parse(config.LogLevel),
            new HttpSettings(true, config.ConsoleHost, config.ConsolePort, "console.port")
            {
                Guard = new RequestGuardOptions
                {
                    AllowedHosts = config.ConsoleAllowedHosts,
                    AllowedHostsKey = "console.allowed_hosts",
                },
                Ssl = config.ConsoleSsl,
            })
        {
            StopTimeout = host.StopTimeout,
            DataFolder = dataFolder,
        };
        var builder = ServiceHost.CreateBuilder(document, config, settings);
        var services = builder.Services;
        services.AddSingleton(provider => new UpParts(
            config,
            pipeline,
            dataFolder,
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RecentErrors>(),
            () => provider.GetRequiredService<ObservabilityServer>().Port));
        AddPages(
            services, config, dataFolder, pipeline, () => UpConfigListing.Of(document, config, host, taken));
        services.AddSingleton<IRequestGate>(
            provider => new ConsoleGate(config, provider.GetRequiredService<UpParts>()));
        services.AddSingleton<ObservabilityServer>();
        services.AddHostedService(static provider => provider.GetRequiredService<ObservabilityServer>());
        foreach (var pick in UpParts.Enabled(config))
        {
            services.AddPart(provider => pick(provider.GetRequiredService<UpParts>()));
        }

        services.AddHostedService(provider => new UpSession(
            config,
            provider.GetRequiredService<UpParts>(),
            dataFolder,
            provider.GetRequiredService<ObservabilityServer>(),
            provider.GetRequiredService<LogFormatter>(),
            provider.GetRequiredService<TimeProvider>()));
        return await ServiceHost.RunAsync(builder);
    }

    /// <summary>The state of the parts, and the console before the store.</summary>
    private static void AddPages(
        IServiceCollection services,
        UpConfig config,
        string dataFolder,
        ProcessorPipeline? pipeline,
        Func<JsonObject> listing)
    {
        services.AddSingleton<StatusRoutes>();
        services.AddSingleton<IStatusPages>(static provider => provider.GetRequiredService<StatusRoutes>());
        var remote = config.Store.IsEnabled ? null : config.Processor.StoreAccess();
        services.AddSingleton<IStatusPages>(provider => new ConsolePages(new ConsoleOptions
        {
            Backend = () => provider.GetRequiredService<UpParts>() is var up
                && (up.InnerStoreAddress ?? up.StoreAddress) is { } url ? new Uri(url) : null,
            Handler = remote?.CreateHandler(),
            Prepare = request => Prepare(provider.GetRequiredService<UpParts>(), remote, request),
            PassesLogins = remote is null,
            Pipeline = provider.GetRequiredService<StatusRoutes>(),
            DeadLetters = new DlqBox(
                () => provider.GetRequiredService<UpParts>().QueueAddress,
                DlqReplayCommand.FolderIn(dataFolder),
                provider.GetRequiredService<ILogger<DlqBox>>()),
            Config = listing,
            Trial = pipeline is null ? null : new PipelineTrials(pipeline.CreateTrial()),
            Time = provider.GetRequiredService<TimeProvider>(),
        }));
    }

    /// <summary>
    /// The store's inner port serves this process alone, which shows it by the secret; the caller's own login, beside
    /// it, says who asks. A store in another process is asked by the processor's login.
    /// </summary>
    private static void Prepare(UpParts parts, ServerAccess? remote, HttpRequestMessage request)
    {
        remote?.Prepare(request);
        if (parts.Store is { Secret: { } secret } store && store.InnerAddress != store.Address)
        {
            request.Headers.Add(StoreService.SecretHeader, secret);
        }
    }

    /// <summary>Puts what the command's own options say into their keys; which keys those are.</summary>
    private Dictionary<string, string> TakeOptions(ParseResult parsed, UpConfig config)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        if (parsed.GetValue(_paths) is { Length: > 0 } paths)
        {
            config.Agent.Read(paths.Select(Path.GetFullPath));
            taken["agent.filebeat.inputs"] = _paths.Name;
        }

        if (parsed.GetValue(_data) is { } folder)
        {
            config.PathData = folder;
            taken["path.data"] = _data.Name;
        }

        return taken;
    }
}
