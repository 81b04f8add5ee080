using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.DependencyInjection;

namespace LogFlow.Hosting;

/// <summary>
/// The command line that every service has: <c>run</c> (also without a command), <c>test config</c>,
/// <c>export config</c>, <c>keystore</c>, <c>version</c>, and where the service has it <c>test FILE...</c>.
/// </summary>
internal sealed class ServiceCommandLine<TConfig>(ServiceDefinition<TConfig> definition)
    where TConfig : class, new()
{
    private readonly ConfigOptions _options = new();

    private KeystorePlace Keystore => new(definition.Executable, definition.DataFolder);

    public RootCommand Build()
    {
        var run = new Command("run", "Run the service (also without any command)");
        run.SetAction((parsed, _) => RunServiceAsync(parsed));
        var test = new Command("test", "Check the configuration")
        {
            Subcommand("config", "Read the configuration, check all of it, and say what is wrong", TestConfig),
        };
        if (definition.TestFiles is { } testFiles)
        {
            AddTestFiles(test, testFiles);
        }

        var export = new Command("export", "Print what is in force")
        {
            Subcommand("config", "Print the configuration with its defaults; secrets are masked", ExportConfig),
        };
        var version = Subcommand("version", "Print the version", _ =>
        {
            Console.WriteLine($"{definition.Executable} {ProductVersion.WithCommit}");
            return 0;
        });
        var root = new RootCommand(definition.Description)
        {
            _options.Files, _options.Overrides, run, test, export, KeystoreCommand.Create(FindKeystore), version,
        };
        foreach (var (option, _) in definition.Shorthands)
        {
            option.Recursive = true;
            root.Add(option);
        }

        foreach (var option in definition.Options)
        {
            option.Recursive = true;
            root.Add(option);
        }

        foreach (var command in definition.Commands)
        {
            root.Add(command);
        }

        foreach (var create in definition.ConfiguredCommands)
        {
            root.Add(create(parsed => ReadDocument(parsed).Bind<TConfig>(out _)));
        }

        foreach (var command in definition.Exports)
        {
            export.Add(command);
        }

        root.Add(ManPage.CreateCommand(root, definition.Executable));
        root.SetAction((parsed, _) => RunServiceAsync(parsed));
        return root;
    }

    private Task<int> RunServiceAsync(ParseResult parsed)
    {
        var document = ReadDocument(parsed);
        var config = document.Bind<TConfig>(out var host);
        var settings = definition.Settings(config) with { StopTimeout = host.StopTimeout };
        var builder = ServiceHost.CreateBuilder(document, config, settings);
        builder.Services.AddHostedService<ObservabilityServer>();
        builder.Services.AddPart(services => definition.Create(config, services));
        return ServiceHost.RunAsync(builder);
    }

    private int TestConfig(ParseResult parsed)
    {
        var document = ReadDocument(parsed);
        ConfigException.ThrowIfAny(definition.Check(document.Bind<TConfig>(out _)));
        document.Report.Print(Console.Out, Console.Error);
        Console.WriteLine("Config OK");
        return 0;
    }

    private int ExportConfig(ParseResult parsed)
    {
        var config = ReadDocument(parsed).Bind<TConfig>(out var host);
        Console.Write(ConfigExporter.ToYaml(config, host));
        return 0;
    }

    private static void AddTestFiles(Command test, Func<IReadOnlyList<string>, int> testFiles)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files with test vectors: JSON lines of pipeline text, events and what comes out",
            Arity = ArgumentArity.ZeroOrMore,
        };
        test.Description = "Check the configuration ('config'), or run test vectors";
        test.Add(files);
        test.Validators.Add(result =>
        {
            if (result.GetValue(files) is null or [] && !result.Children.Any(child => child is CommandResult))
            {
                result.AddError("name files with test vectors, or 'config'");
            }
        });
        test.SetAction(parsed => testFiles(parsed.GetValue(files)!));
    }

    private ConfigDocument ReadDocument(ParseResult parsed) => _options.Load(
        parsed, definition.DefaultConfigFile, SettingsOf(parsed), definition.Dialect, Keystore);

    private string FindKeystore(ParseResult parsed) => _options.FindKeystore(
        parsed, definition.DefaultConfigFile, SettingsOf(parsed), definition.Dialect, Keystore);

    private List<(string Key, string Value, string Source)> SettingsOf(ParseResult parsed)
    {
        var settings = new List<(string Key, string Value, string Source)>();
        foreach (var (option, key) in definition.Shorthands)
        {
            if (parsed.GetValue(option) is { } value)
            {
                settings.Add((key, value, option.Name));
            }
        }

        settings.AddRange(definition.ReadSettings(parsed));
        return settings;
    }

    private static Command Subcommand(string name, string description, Func<ParseResult, int> action)
    {
        var command = new Command(name, description);
        command.SetAction(action);
        return command;
    }
}
