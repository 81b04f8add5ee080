using LogFlow.Agent;
using LogFlow.Hosting;
using Microsoft.Extensions.Logging;

return await ServiceProgram.RunAsync(
    new ServiceDefinition<AgentConfig>
    {
        Executable = "logflow-agent",
        Description = "LogFlow's agent: tails log files and ships their lines to a queue, each exactly once",
        DefaultConfigFile = "agent.yml",
        Create = static (config, context) => new AgentService(config, context),
        Http = static config => new HttpSettings(
            config.Http.Enabled, config.Http.Host, config.Http.Port, "http.port"),
        Level = static config => config.Logging.Level switch
        {
            AgentLogLevel.Debug => LogLevel.Debug,
            AgentLogLevel.Info => LogLevel.Information,
            AgentLogLevel.Warning => LogLevel.Warning,
            _ => LogLevel.Error,
        },
    },
    args);
