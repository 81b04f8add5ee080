using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;

namespace LogFlow.Appliance;

/// <summary>The options that all tools have: which broker to talk to, and how to answer.</summary>
internal sealed class ToolOptions
{
    /// <summary>A broker that is there answers in milliseconds; nobody waits long at a prompt for one that is not.
    /// </summary>
    internal static readonly TimeSpan TimeoutDefault = TimeSpan.FromSeconds(5);

    private readonly Option<string?> _bootstrapServer = new("--bootstrap-server", "-b")
    {
        Description = "The broker to ask (default: the queue of the running 'logflow up')",
        HelpName = "HOST:PORT[,..]",
        Recursive = true,
    };

    private readonly Option<string?> _commandConfig = new("--command-config")
    {
        Description = "File with security.protocol, sasl.* and ssl.* as Kafka's tools take it (default: the one that "
            + $"{CommandConfig.Variable} names)",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string?> _data = Appliance.DataFolder.Option();

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print JSON, one object a line",
        Recursive = true,
    };

    private readonly Option<double> _timeout = new("--timeout")
    {
        Description = "Seconds that the broker has to be reached and to answer",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => TimeoutDefault.TotalSeconds,
        Recursive = true,
    };

    public ToolOptions()
    {
        _data.Description = $"Data folder of the 'logflow up' to ask (default: {Appliance.DataFolder.Choose(null)})";
        _data.Recursive = true;
    }

    /// <summary>Where records come from that no file is named for.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Where consumed records go.</summary>
    public Func<Stream> OpenOutput { get; init; } = StandardOutput.Open;

    /// <summary>Gives a command, and those below it, the options that say which broker to ask.</summary>
    public void AddTo(Command command)
    {
        command.Add(_bootstrapServer);
        command.Add(_data);
        command.Add(_commandConfig);
        command.Add(_timeout);
    }

    /// <summary>The same, and <c>--json</c>.</summary>
    public void AddWithJsonTo(Command command)
    {
        AddTo(command);
        command.Add(_json);
    }

    /// <summary>The data folder of the appliance.</summary>
    public string DataFolder(ParseResult parsed) => Appliance.DataFolder.Choose(parsed.GetValue(_data));

    /// <summary>Whether JSON was asked for.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>How long the broker has to be reached, and to answer.</summary>
    /// <exception cref="StartupException">It is no time.</exception>
    public TimeSpan Timeout(ParseResult parsed) => parsed.GetValue(_timeout) is > 0 and <= 86_400 and var seconds
        ? TimeSpan.FromSeconds(seconds)
        : throw new StartupException("--timeout takes seconds: more than 0, and not more than a day", 2);

    /// <summary>TLS and login.</summary>
    /// <exception cref="StartupException">The file that says so cannot be read, or is wrong.</exception>
    public KafkaSecurity Security(ParseResult parsed) => CommandConfig.Read(parsed.GetValue(_commandConfig));

    /// <summary>The bootstrap servers that were named, else the queue of the appliance on the data folder.</summary>
    /// <exception cref="StartupException">One of them is no address.</exception>
    public IReadOnlyList<string> Servers(ParseResult parsed)
    {
        var named = parsed.GetValue(_bootstrapServer) is { } text
            ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [Endpoints.ReadQueueAddress(DataFolder(parsed))];
        if (named.Length == 0)
        {
            throw new StartupException("--bootstrap-server takes HOST:PORT, several of them with commas between", 2);
        }

        foreach (var server in named)
        {
            try
            {
                _ = BrokerEndpoint.Parse(server);
            }
            catch (FormatException error)
            {
                throw new StartupException($"--bootstrap-server: {error.Message}", 2);
            }
        }

        return named;
    }
}
