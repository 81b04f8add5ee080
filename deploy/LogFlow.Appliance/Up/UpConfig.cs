using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// The configuration of <c>logflow up</c>: the parts' own keys below their sections, and what joins them.
/// </summary>
internal sealed class UpConfig : IValidatedConfig, IUsesVariables
{
    /// <summary>Where all state lives; empty: <see cref="DataFolder"/> chooses.</summary>
    [ConfigKey("path.data")]
    public string PathData { get; set; } = "";

    /// <summary>trace, debug, info, warn or error.</summary>
    [ConfigKey("logging.level")]
    public string LogLevel { get; set; } = "warn";

    [ConfigKey("agent")]
    public UpAgentConfig Agent { get; set; } = new();

    [ConfigKey("queue")]
    public UpQueueConfig Queue { get; set; } = new();

    [ConfigKey("processor")]
    public UpProcessorConfig Processor { get; set; } = new();

    [ConfigKey("store")]
    public UpStoreConfig Store { get; set; } = new();

    /// <summary>The address of the console; status, metrics and health are there, too.</summary>
    [ConfigKey("console.host")]
    public string ConsoleHost { get; set; } = "127.0.0.1";

    [ConfigKey("console.port")]
    public int ConsolePort { get; set; } = 5600;

    /// <summary>TLS of the console's port. Filebeat's names; the certificate is read again when it changes.</summary>
    [ConfigKey("console.ssl")]
    public SslServerConfig? ConsoleSsl { get; set; }

    /// <summary>Names by which browsers reach the console, beside addresses and names without a dot.</summary>
    [ConfigKey("console.allowed_hosts")]
    public List<string> ConsoleAllowedHosts { get; set; } = [];

    /// <summary>
    /// How people reach the console, for links in what alerts tell: https://logs.example.com; by default its own
    /// address. As Kibana's server.publicBaseUrl.
    /// </summary>
    [ConfigKey("console.public_url")]
    public string? ConsolePublicUrl { get; set; }

    /// <summary>Queries that are counted again and again, and who is told when there are too many or too few lines.
    /// </summary>
    [ConfigKey("alerts")]
    public List<AlertConfig> Alerts { get; set; } = [];

    /// <summary>The server that takes the mails of alerts.</summary>
    [ConfigKey("smtp")]
    public SmtpConfig Smtp { get; set; } = new();

    /// <summary>
    /// Whether others than this machine can connect to the console, and nobody has said that this needs no logins.
    /// </summary>
    public bool IsConsoleOpenToOthers => Store.SecurityEnabled != false && !ListenAddress.IsLoopback(ConsoleHost);

    /// <inheritdoc/>
    public void UseVariables(Func<string, string?> find) => Processor.UseVariables(find);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        if (!LogLevelName.IsKnown(LogLevel))
        {
            problems.Add(new ConfigProblem("logging.level", $"takes {LogLevelName.Choices}"));
        }

        if (!Queue.IsEnabled && Queue.Address is null && (Agent.IsEnabled || Processor.IsEnabled))
        {
            problems.Add(new ConfigProblem("queue.address", "must say where the queue is when queue.enabled is false"));
        }

        var isDefaultPipeline = Processor is { IsEnabled: true, PathConfig: null, ConfigString: null };
        if (!Store.IsEnabled && Store.Address is null && isDefaultPipeline)
        {
            problems.Add(new ConfigProblem("store.address", "must say where the store is when store.enabled is false"));
        }

        if (!Store.IsEnabled && Store.Address is not null && isDefaultPipeline
            && Processor.OutputStoreSecretFile is null)
        {
            problems.Add(new ConfigProblem(
                Processor.StoreSecretKey,
                "must name a copy of the file 'positions-secret' of the store's folder when store.enabled is false: "
                + "the store at store.address takes records from nobody else (readable by this user only)"));
        }

        if (IsConsoleOpenToOthers && (ConsoleSsl is not { Enabled: true } || !Store.IsEnabled))
        {
            problems.Add(new ConfigProblem("console.host", Store.IsEnabled
                ? $"others than this machine can connect to '{ConsoleHost}', and the console does not speak TLS: set "
                    + "console.ssl.certificate and console.ssl.key ('logflow certs' makes them), or say "
                    + "store.security.enabled: false where the network itself keeps strangers out"
                : $"others than this machine can connect to '{ConsoleHost}', and the console's users are those of the "
                    + "store, which is not in this process: listen on 127.0.0.1, or say store.security.enabled: false "
                    + "where the network itself keeps strangers out"));
        }

        if (ConsolePublicUrl is { } link
            && !(Uri.TryCreate(link, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            problems.Add(new ConfigProblem("console.public_url", "takes an address such as https://logs.example.com"));
        }

        problems.AddRange(AlertsSetup.Validate(this));
        foreach (var (key, port) in (ReadOnlySpan<(string, int)>)
            [("queue.port", Queue.Port), ("store.http.port", Store.HttpPort), ("console.port", ConsolePort)])
        {
            if (port is < 0 or > ushort.MaxValue)
            {
                problems.Add(new ConfigProblem(key, $"takes 0 (a free port) to {ushort.MaxValue}"));
            }
        }

        return problems;
    }
}
