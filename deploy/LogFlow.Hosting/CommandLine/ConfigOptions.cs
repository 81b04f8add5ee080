using System.CommandLine;

namespace LogFlow.Hosting;

/// <summary>The options <c>-c FILE</c> and <c>-E KEY=VALUE</c> that every command has.</summary>
public sealed class ConfigOptions
{
    /// <summary>The files to read, later ones overriding earlier ones.</summary>
    public Option<string[]> Files { get; } = new("--config", "-c")
    {
        Description = "Configuration file (YAML); repeatable, later files override earlier ones",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Single keys, overriding the files.</summary>
    public Option<string[]> Overrides { get; } = new("-E")
    {
        Description = "Set one configuration key; repeatable",
        HelpName = "KEY=VALUE",
        Recursive = true,
    };

    /// <summary>Reads what the command line names, or the default file where it exists.</summary>
    public ConfigDocument Load(ParseResult parsed, string? defaultFile) => Load(parsed, defaultFile, [], dialect: null);

    /// <summary>Also settings that stand for keys, in a service's own dialect.</summary>
    internal ConfigDocument Load(
        ParseResult parsed,
        string? defaultFile,
        IReadOnlyList<(string Key, string Value, string Source)> settings,
        IConfigDialect? dialect)
    {
        var files = parsed.GetValue(Files) ?? [];
        if (files.Length == 0 && defaultFile is not null && File.Exists(defaultFile))
        {
            files = [defaultFile];
        }

        return ConfigDocument.Load(files, parsed.GetValue(Overrides) ?? [], settings, dialect);
    }
}
