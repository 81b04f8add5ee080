using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>
/// <c>setup</c>: puts LogFlow's templates and lifecycle policy on the servers that the pipeline writes to, and its
/// data view, searches and dashboard into Kibana, as Filebeat's command of that name does. Idempotent; what somebody
/// changed stays unless <c>--overwrite</c> is given.
/// </summary>
public sealed class SetupCommand
{
    private readonly Func<ParseResult, ProcessorConfig> _readConfig;
    private readonly SetupServerOptions _servers = new();

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Print each request that would be sent, and change nothing",
    };

    private readonly Option<bool> _check = new("--check")
    {
        Description = "Say of each object whether it is there and equal; the exit code is 0 only if all are",
    };

    private readonly Option<string?> _export = new("--export")
    {
        Description = "Write a file for each object, and a script that sends them with curl",
        HelpName = "FOLDER",
    };

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "Replace also what was changed by somebody or is newer",
    };

    private readonly Option<string?> _kibana = new("--kibana")
    {
        Description = "Kibana or OpenSearch Dashboards to import data view, searches and dashboard into (default: "
            + "setup.kibana.host)",
        HelpName = "URL",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON, one object a line" };

    private SetupCommand(Func<ParseResult, ProcessorConfig> readConfig) => _readConfig = readConfig;

    /// <summary>The command for the root.</summary>
    /// <param name="readConfig">Reads the processor's configuration that the command line names.</param>
    public static Command Create(Func<ParseResult, ProcessorConfig> readConfig)
    {
        var setup = new SetupCommand(readConfig);
        var command = new Command(
            "setup", "Put LogFlow's templates on Elasticsearch or OpenSearch, and its dashboard into Kibana")
        {
            setup._dryRun, setup._check, setup._export, setup._overwrite, setup._kibana, setup._json,
        };
        setup._servers.AddTo(command);
        command.SetAction((parsed, cancellationToken) => setup.RunAsync(parsed, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var mode = ReadMode(parsed);
        var report = new SetupReport(parsed.InvocationConfiguration.Output, parsed.GetValue(_json));
        var config = _readConfig(parsed);
        var run = new SetupRun(mode, parsed.GetValue(_overwrite), report, parsed.GetValue(_export));
        var named = await _servers.ReadAsync(parsed, cancellationToken);
        var servers = named is null ? SetupServers.Find(config, report) : [(named, "logs-generic-default")];
        if (servers.Count == 0)
        {
            throw new StartupException(
                "setup: no output of the pipeline writes data streams to Elasticsearch or OpenSearch; name a server "
                + "with --hosts",
                exitCode: 2);
        }

        var isComplete = true;
        foreach (var (server, dataStream) in servers)
        {
            await using var connection = new ElasticsearchConnection(server);
            isComplete &= await RunAsync(run, new ServerSetup(connection, dataStream), parsed, cancellationToken);
        }

        isComplete &= await RunKibanaAsync(
            run, config.SetupKibana, servers[0].Server, report, parsed, cancellationToken);
        return isComplete ? 0 : 1;
    }

    private async Task<bool> RunKibanaAsync(
        SetupRun run, SetupKibanaConfig config, ElasticsearchOptions server, SetupReport report, ParseResult parsed,
        CancellationToken cancellationToken)
    {
        if ((parsed.GetValue(_kibana) ?? config.Host) is not { } text)
        {
            report.Note("Kibana: not looked at; --kibana URL or the key setup.kibana.host names it");
            return true;
        }

        var address = SetupKibanaConfig.ParseHost(text) ?? throw new StartupException(
            $"setup: --kibana: '{SecretText.HideKnown(text)}' is no URL such as http://kibana:5601", exitCode: 2);
        await using var connection = new ElasticsearchConnection(config.ToOptions(address, server));
        return await RunAsync(run, new KibanaSetup(connection, config.SpaceId), parsed, cancellationToken);
    }

    /// <summary>A server that fails is told, and does not keep the others from being looked after.</summary>
    private static async Task<bool> RunAsync(
        SetupRun run, ISetupTarget target, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            return await run.RunAsync(target, cancellationToken);
        }
        catch (SetupException error)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"setup: {SecretText.HideKnown(error.Message)}");
            return false;
        }
    }

    private SetupMode ReadMode(ParseResult parsed)
    {
        (bool IsGiven, SetupMode Mode)[] modes =
        [
            (parsed.GetValue(_dryRun), SetupMode.DryRun),
            (parsed.GetValue(_check), SetupMode.Check),
            (parsed.GetValue(_export) is not null, SetupMode.Export),
        ];
        var given = modes.Where(static mode => mode.IsGiven).ToList();
        return given.Count switch
        {
            0 => SetupMode.Put,
            1 => given[0].Mode,
            _ => throw new StartupException("setup: give one of --dry-run, --check and --export", exitCode: 2),
        };
    }
}
