using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary><c>logflow setup</c>: the processor's command, for the pipeline of <c>logflow up</c>.</summary>
internal static class UpSetupCommand
{
    /// <summary>The command for the root.</summary>
    public static Command Create(ConfigOptions options)
    {
        var command = SetupCommand.Create(parsed =>
        {
            var config = options.Load(parsed, UpCommand.DefaultConfigFile, UpKeystore.Place()).Bind<UpConfig>(out _);

            // Where the pipeline has no output 'up' adds its store, which needs no setup; the address does not matter.
            config.Processor.OutputStoreUrl ??= config.Store.Address ?? "http://127.0.0.1:9200";
            return config.Processor;
        });
        command.Add(options.Files);
        command.Add(options.Overrides);
        return command;
    }
}
