using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.Processor;

var pipeline = new Command("pipeline", "Print the default pipeline, to be copied and changed");
pipeline.SetAction(_ => Console.Write(ProcessorService.DefaultPipeline));
return await ServiceProgram.RunAsync(
    new ServiceDefinition<ProcessorConfig>
    {
        Executable = "logflow-processor",
        Description = "LogFlow's processor: reads the queue, parses with Logstash's language, indexes",
        DefaultConfigFile = "processor.yml",
        Create = static (config, context) =>
            new ProcessorService(config, ProcessorPipeline.Load(config, context.TimeProvider), context),
        Http = static config => new HttpSettings(
            config.ApiEnabled, config.ApiHttpHost, config.ApiHttpPort, "api.http.port"),
        Level = static config => LogLevelName.Parse(config.LogLevel),
        Exports = [pipeline],
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
