using System.CommandLine;
using System.Diagnostics.Metrics;
using LogFlow.Hosting;
using LogFlow.Processor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

var pipeline = new Command("pipeline", "Print the default pipeline, to be copied and changed");
pipeline.SetAction(_ => Console.Write(ProcessorService.DefaultPipeline));
return await ServiceProgram.RunAsync(
    new ServiceDefinition<ProcessorConfig>
    {
        Executable = "logflow-processor",
        Description = "LogFlow's processor: reads the queue, parses with Logstash's language, indexes",
        DefaultConfigFile = "processor.yml",
        DataFolder = static text => text("path.data") ?? new ProcessorConfig().PathData,
        Create = static (config, services) => new ProcessorService(
            config,
            ProcessorPipeline.Load(config, services.GetRequiredService<TimeProvider>()),
            services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<IMeterFactory>(),
            services.GetRequiredService<TimeProvider>()),
        Settings = static config => new HostSettings(
            LogLevelName.Parse(config.LogLevel),
            new HttpSettings(config.ApiEnabled, config.ApiHttpHost, config.ApiHttpPort, "api.http.port"))
        {
            DataFolder = config.PathData,
        },
        Exports = [pipeline],
        ConfiguredCommands = [SetupCommand.Create],
        TestFiles = static files => VectorReport.Run(files, Console.Out),
        Check = ProcessorService.TestConfig,
        Shorthands =
        [
            (new Option<string>("--path.config", "-f")
            {
                Description = "Pipeline file, folder or glob, in Logstash's language", HelpName = "PATH",
            }, "path.config"),
            (new Option<string>("--config.string", "-e")
            {
                Description = "Pipeline text, say 'filter { ... }'", HelpName = "TEXT",
            }, "config.string"),
        ],
    },
    args);
