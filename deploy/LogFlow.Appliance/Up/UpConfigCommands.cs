using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>What <c>logflow up</c> would start with, without starting it.</summary>
internal static class UpConfigCommands
{
    /// <summary><c>logflow test config</c>.</summary>
    public static Command Test(ConfigOptions options)
    {
        var command = Create(
            "config", "Read the configuration of 'up', check all of it, and say what is wrong", options);
        command.SetAction(parsed =>
        {
            var document = options.Load(parsed, UpCommand.DefaultConfigFile, UpKeystore.Place());
            var config = document.Bind<UpConfig>(out _);
            if (config.Processor.IsEnabled)
            {
                ConfigException.ThrowIfAny(ProcessorService.TestConfig(config.Processor));
            }

            var output = parsed.InvocationConfiguration;
            document.Report.Print(output.Output, output.Error);
            output.Output.WriteLine("Config OK");
        });
        return command;
    }

    /// <summary><c>logflow export config</c>.</summary>
    public static Command Export(ConfigOptions options)
    {
        var command = Create(
            "config", "Print the configuration of 'up' with its defaults; secrets are masked", options);
        command.SetAction(parsed =>
        {
            var document = options.Load(parsed, UpCommand.DefaultConfigFile, UpKeystore.Place());
            var config = document.Bind<UpConfig>(out var host);
            Console.Write(ConfigExporter.ToYaml(config, host));
        });
        return command;
    }

    private static Command Create(string name, string description, ConfigOptions options) =>
        new(name, description) { options.Files, options.Overrides };
}
