using System.Diagnostics.Metrics;
using LogFlow.Agent;
using LogFlow.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

var dialect = new FilebeatDialect();
var options = new FilebeatOptions();
return await ServiceProgram.RunAsync(
    new ServiceDefinition<AgentConfig>
    {
        Executable = "logflow-agent",
        Description = "LogFlow's agent: tails log files and ships their lines to a queue, each exactly once",
        DefaultConfigFile = "agent.yml",
        Dialect = dialect,
        DataFolder = static text => Path.Combine(text("path.home") ?? "", text("path.data") ?? "data"),
        Shorthands = options.Shorthands,
        Options = options.All,
        ReadSettings = parsed => options.Read(parsed, dialect),
        Commands = [MigrateCommand.Create()],
        Create = static (config, services) => new AgentService(
            config,
            services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<IMeterFactory>(),
            services.GetRequiredService<TimeProvider>()),
        Settings = static config => new HostSettings(
            config.Logging.Level switch
            {
                AgentLogLevel.Debug => LogLevel.Debug,
                AgentLogLevel.Info => LogLevel.Information,
                AgentLogLevel.Warning => LogLevel.Warning,
                _ => LogLevel.Error,
            },
            new HttpSettings(config.Http.Enabled, config.Http.Host, config.Http.Port, "http.port"))
        {
            DataFolder = Path.Combine(config.PathHome, config.PathData),
        },
    },
    args);
