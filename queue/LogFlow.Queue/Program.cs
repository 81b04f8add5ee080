using LogFlow.Hosting;
using LogFlow.Queue;

return await ServiceProgram.RunAsync(
    new ServiceDefinition<QueueConfig>
    {
        Executable = "logflow-queue",
        Description = "LogFlow's queue: durable, partitioned topics on one node, by Kafka's protocol",
        DefaultConfigFile = "queue.yml",
        Create = static (config, context) => new QueueService(config, context),
        Http = static config => new HttpSettings(
            config.HttpPort >= 0, config.HttpHost, Math.Max(0, config.HttpPort), "queue.http.port"),
        Level = static config => LogLevelName.Parse(config.LogLevel),
    },
    args);
