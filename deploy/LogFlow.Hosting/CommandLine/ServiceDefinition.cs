using System.CommandLine;

namespace LogFlow.Hosting;

/// <summary>What one service's executable is made of.</summary>
/// <typeparam name="TConfig">Its configuration class.</typeparam>
public sealed record ServiceDefinition<TConfig>
    where TConfig : class, new()
{
    /// <summary>The executable's name, as the user types it.</summary>
    public required string Executable { get; init; }

    /// <summary>One sentence for <c>--help</c>.</summary>
    public required string Description { get; init; }

    /// <summary>The configuration file that is read where it exists and <c>-c</c> names none.</summary>
    public required string DefaultConfigFile { get; init; }

    /// <summary>
    /// Makes the service, before anything listens; throws <see cref="ConfigException"/> for what <see cref="Check"/>
    /// would find.
    /// </summary>
    public required Func<TConfig, IServiceProvider, ILogFlowService> Create { get; init; }

    /// <summary>What its host needs to know.</summary>
    public required Func<TConfig, HostSettings> Settings { get; init; }

    /// <summary>
    /// The folder of its state, given what configuration says for a key (null: nothing); its keystore is there.
    /// </summary>
    public required Func<Func<string, string?>, string> DataFolder { get; init; }

    /// <summary>
    /// What <c>test config</c> checks beyond keys and values, as only the service can (a pipeline's text, say);
    /// problems are printed as they are.
    /// </summary>
    public Func<TConfig, IReadOnlyList<string>> Check { get; init; } = static _ => [];

    /// <summary>
    /// Options that stand for configuration keys (Logstash's <c>-f</c> for <c>path.config</c>), by key.
    /// </summary>
    public IReadOnlyList<(Option<string> Option, string Key)> Shorthands { get; init; } = [];

    /// <summary>Further options: of the original's, so that its command lines go on to work.</summary>
    public IReadOnlyList<Option> Options { get; init; } = [];

    /// <summary>Further settings of the command line: keys and values, and the option that they come from.</summary>
    public Func<ParseResult, IEnumerable<(string Key, string Value, string Source)>> ReadSettings { get; init; } =
        static _ => [];

    /// <summary>What the configuration may say beyond keys and values; null: nothing.</summary>
    public IConfigDialect? Dialect { get; init; }

    /// <summary>Commands besides the common ones.</summary>
    public IReadOnlyList<Command> Commands { get; init; } = [];

    /// <summary>Commands that need the configuration; each is given what reads it.</summary>
    public IReadOnlyList<Func<Func<ParseResult, TConfig>, Command>> ConfiguredCommands { get; init; } = [];

    /// <summary>
    /// What <c>test FILE...</c> does with the files named, and its exit code; null where there is no such command.
    /// </summary>
    public Func<IReadOnlyList<string>, int>? TestFiles { get; init; }

    /// <summary>What it exports besides its configuration.</summary>
    public IReadOnlyList<Command> Exports { get; init; } = [];
}
