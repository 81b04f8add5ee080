using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace LogFlow.Hosting;

/// <summary>
/// The generic host of every executable: configuration, logging, meters, signals, and the parts as hosted services.
/// It begins empty: what .NET's defaults would read (appsettings.json, DOTNET_ variables) describes other programs.
/// </summary>
public static class ServiceHost
{
    /// <summary>A builder for a process with this configuration; parts are added to it.</summary>
    public static HostApplicationBuilder CreateBuilder<TConfig>(
        ConfigDocument document, TConfig config, HostSettings settings)
        where TConfig : class
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = "logflow",
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        ((IConfigurationBuilder)builder.Configuration).Add(new YamlConfigurationSource(document));
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(config));
        services.AddSingleton(settings);
        services.AddSingleton<HostOutcome>();
        services.AddMetrics();
        services.AddSingleton<PrometheusExporter>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.StopTimeout);
        AddLogging(builder.Logging, settings.Level);
        AddLifetime(services);
        services.AddHostedService<OutOfMemoryGuard>();
        services.AddSingleton(document.Report);
        services.AddHostedService<ConfigWarnings>();
        if (OtlpExport.IsAskedFor)
        {
            services.AddHostedService<OtlpExport>();
        }

        return builder;
    }

    /// <summary>
    /// Adds a part; parts start in the order in which they were added and stop in reverse. The host disposes it.
    /// </summary>
    public static IServiceCollection AddPart(
        this IServiceCollection services, Func<IServiceProvider, ILogFlowService> create)
    {
        var key = new object();
        services.AddKeyedSingleton(key, (provider, _) => create(provider));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<ILogFlowService>(key));
        return services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<HostedPart>(
            provider, provider.GetRequiredKeyedService<ILogFlowService>(key)));
    }

    /// <summary>
    /// Runs until a signal or a failure. Returns the exit code: 0 after a signal, 1 when a part failed.
    /// </summary>
    /// <exception cref="StartupException">A part cannot start; those that had started are stopped again.</exception>
    public static async Task<int> RunAsync(HostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<HostMetrics>();
        builder.Services.AddHostedService<DataFolderCheck>();
        builder.Services.AddHostedService<PartWatcher>();
        builder.Services.AddHostedService<IdleMemory>();
        builder.Services.AddHostedService<SystemdWatchdog>();
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        var application = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var abort = host.Services.GetRequiredService<ServiceLifetime>().Abort;

        // What cannot even be made has nothing to be stopped.
        _ = host.Services.GetServices<IHostedService>().Count();
        try
        {
            await host.StartAsync(application.ApplicationStopping);
            await UntilAsync(application.ApplicationStopping);
        }
        catch (OperationCanceledException) when (application.ApplicationStopping.IsCancellationRequested)
        {
            // Stopped before everything had started.
        }
        finally
        {
            await host.StopAsync(abort);
        }

        return host.Services.GetRequiredService<HostOutcome>().ExitCode;
    }

    private static async Task UntilAsync(CancellationToken stopping)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(stop.SetResult);
        await stop.Task;
    }

    private static void AddLogging(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);

        // The host says of its services what we say of our parts, with stack traces.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.AddConsole(static console =>
        {
            console.FormatterName = LogFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.Services.Configure<LogFormatterOptions>(options => options.HasStackTraces = level <= LogLevel.Debug);
        logging.Services.AddSingleton<LogFormatter>();
        logging.Services.AddSingleton<ConsoleFormatter>(static services => services.GetRequiredService<LogFormatter>());
        logging.Services.AddSingleton<RecentErrors>();
        logging.Services.AddSingleton<ILoggerProvider>(static services => services.GetRequiredService<RecentErrors>());
    }

    private static void AddLifetime(IServiceCollection services)
    {
        services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        services.AddSingleton<ForcedEnd>();
        services.AddSingleton<ServiceLifetime>();
        services.AddSingleton<IHostLifetime>(static provider => provider.GetRequiredService<ServiceLifetime>());
        if (WindowsServiceHelpers.IsWindowsService())
        {
            services.AddWindowsService(static options => options.ServiceName = "LogFlow");
        }
    }
}
