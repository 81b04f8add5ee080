using System.CommandLine;

namespace LogFlow.Agent;

/// <summary>Options of Filebeat's command line: those that stand for keys, and those that say nothing here.</summary>
internal sealed class FilebeatOptions
{
    private readonly Option<bool> _toStderr = new("-e") { Description = "Filebeat's; the agent always logs to stderr" };
    private readonly Option<bool> _verbose = new("-v") { Description = "Log at level info" };
    private readonly Option<string> _debug = new("-d")
    {
        Description = "Log at level debug; the selectors are not looked at",
        HelpName = "SELECTORS",
    };

    private readonly Option<string[]> _modules = new("--modules")
    {
        Description = "Read the logs of these modules (nginx,system)",
        HelpName = "LIST",
    };

    private readonly Option<string[]> _moduleSettings = new("-M")
    {
        Description = "Set one key of a module (nginx.access.var.paths=[/a,/b])",
        HelpName = "KEY=VALUE",
    };

    private readonly Option<string> _strict = new("--strict.perms", "-strict.perms")
    {
        Description = "Filebeat's; who may write the configuration is not looked at",
        Arity = ArgumentArity.ZeroOrOne,
        Hidden = true,
    };

    private readonly Option<string> _environment = new("--environment", "-environment")
    {
        Description = "Filebeat's; the agent logs the same everywhere",
        Hidden = true,
    };

    private readonly Option<bool> _once = new("--once", "-once") { Description = "Read files to their ends, and end" };

    private readonly Option<bool> _setup = new("--setup") { Description = "Filebeat's; does nothing", Hidden = true };

    /// <summary>Options that stand for a key.</summary>
    public IReadOnlyList<(Option<string> Option, string Key)> Shorthands { get; } =
    [
        .. new[] { "home", "config", "data", "logs" }.Select(static name => (
            new Option<string>($"--path.{name}", $"-path.{name}")
            {
                Description = $"The folder path.{name}",
                HelpName = "FOLDER",
            },
            $"path.{name}")),
    ];

    /// <summary>The others.</summary>
    public IReadOnlyList<Option> All =>
        [_toStderr, _verbose, _debug, _modules, _moduleSettings, _strict, _environment, _setup, _once];

    /// <summary>Keys and values that the options stand for.</summary>
    public IEnumerable<(string Key, string Value, string Source)> Read(ParseResult parsed, FilebeatDialect dialect)
    {
        dialect.ModuleSettings = parsed.GetValue(_moduleSettings) ?? [];
        dialect.ModuleNames = [.. (parsed.GetValue(_modules) ?? []).SelectMany(static list =>
            list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (parsed.GetValue(_once))
        {
            yield return ("filebeat._once", "true", "--once");
        }

        if (parsed.GetValue(_debug) is not null)
        {
            yield return ("logging.level", "debug", "-d");
        }
        else if (parsed.GetValue(_verbose))
        {
            yield return ("logging.level", "info", "-v");
        }
    }
}
