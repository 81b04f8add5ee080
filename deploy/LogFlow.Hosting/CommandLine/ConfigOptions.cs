using System.CommandLine;

namespace LogFlow.Hosting;

/// <summary>The options <c>-c FILE</c> and <c>-E KEY=VALUE</c> that every command has.</summary>
public sealed class ConfigOptions
{
    /// <summary>The files to read, later ones overriding earlier ones.</summary>
    public Option<string[]> Files { get; } = new("--config", "-c")
    {
        Description = "Configuration file (YAML, or .properties); repeatable, later files override earlier ones",
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
    public ConfigDocument Load(ParseResult parsed, string? defaultFile, KeystorePlace? keystore = null) =>
        Load(parsed, defaultFile, [], dialect: null, keystore);

    /// <summary>Also settings that stand for keys, in a service's own dialect.</summary>
    internal ConfigDocument Load(
        ParseResult parsed,
        string? defaultFile,
        IReadOnlyList<(string Key, string Value, string Source)> settings,
        IConfigDialect? dialect,
        KeystorePlace? keystore) =>
        ConfigDocument.Load(
            FilesOf(parsed, defaultFile), parsed.GetValue(Overrides) ?? [], settings, dialect, keystore);

    /// <summary>Where the keystore of a program lies that the command line configures, be it there or not.</summary>
    /// <exception cref="ConfigException">A file cannot be read, or is not valid YAML.</exception>
    public string FindKeystore(ParseResult parsed, string? defaultFile, KeystorePlace keystore) =>
        FindKeystore(parsed, defaultFile, [], dialect: null, keystore);

    /// <summary>Also with settings that stand for keys, in a service's own dialect.</summary>
    internal string FindKeystore(
        ParseResult parsed,
        string? defaultFile,
        IReadOnlyList<(string Key, string Value, string Source)> settings,
        IConfigDialect? dialect,
        KeystorePlace keystore) =>
        ConfigDocument.FindKeystore(
            FilesOf(parsed, defaultFile), parsed.GetValue(Overrides) ?? [], settings, dialect, keystore);

    private string[] FilesOf(ParseResult parsed, string? defaultFile)
    {
        var files = parsed.GetValue(Files) ?? [];
        return files.Length == 0 && defaultFile is not null && File.Exists(defaultFile) ? [defaultFile] : files;
    }
}
