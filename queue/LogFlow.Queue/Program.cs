using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Queue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

return await ServiceProgram.RunAsync(
    new ServiceDefinition<QueueConfig>
    {
        Executable = "logflow-queue",
        Description = "LogFlow's queue: durable, partitioned topics on one node, by Kafka's protocol",
        DefaultConfigFile = "queue.yml",
        DataFolder = static text => new QueueConfig
        {
            LogDirs = text("log.dirs"),
            LogDir = text("log.dir") ?? new QueueConfig().LogDir,
        }.DataDirectory,
        Create = static (config, services) => new QueueService(
            config,
            services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<IMeterFactory>(),
            services.GetRequiredService<TimeProvider>()),
        Settings = static config => new HostSettings(
            LogLevelName.Parse(config.LogLevel),
            new HttpSettings(config.HttpPort >= 0, config.HttpHost, Math.Max(0, config.HttpPort), "queue.http.port"))
        {
            DataFolder = config.DataDirectory,
        },
    },
    args);
