using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// The agent's configuration as written, with Filebeat's keys and, unless said otherwise, its defaults.
/// </summary>
public partial class AgentConfig : IValidatedConfig, IReloadedConfig
{
    /// <summary>What is read.</summary>
    [ConfigKey("filebeat.inputs", Aliases = ["filebeat.prospectors"])]
    public List<InputConfig> Inputs { get; set; } = [];

    /// <summary>
    /// Files that were named may hold inputs later: the agent starts without any. Set by the dialect.
    /// </summary>
    [ConfigKey("filebeat._may_be_idle")]
    public bool MayBeIdle { get; set; }

    /// <summary>Patterns of the files whose inputs are reloaded. Set by the dialect.</summary>
    [ConfigKey("filebeat._reload.paths")]
    public List<string> ReloadPaths { get; set; } = [];

    /// <summary>How often those are looked at. Matches Filebeat's <c>reload.period</c>.</summary>
    [ConfigKey("filebeat._reload.period")]
    public TimeSpan ReloadPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads the whole configuration anew; null where nothing is reloaded.</summary>
    internal Func<AgentConfig>? ReadAgain { get; set; }

    /// <summary>
    /// The agent ends when all files are read to their ends and acknowledged. Set by the option <c>--once</c>.
    /// </summary>
    [ConfigKey("filebeat._once")]
    public bool Once { get; set; }

    /// <summary>Where the registry lies; relative to <c>path.data</c>. Matches Filebeat.</summary>
    [ConfigKey("filebeat.registry.path")]
    public string RegistryPath { get; set; } = "registry";

    /// <summary>
    /// The <c>path.data</c> of a Filebeat (or its registry; relative to <c>path.data</c> here), whose positions inputs
    /// take over at their first start.
    /// Nothing: <c>registry/filebeat</c> in <c>path.data</c>, if it is there. LogFlow's own key.
    /// </summary>
    [ConfigKey("filebeat.registry.take_over")]
    public string RegistryTakeOver { get; set; } = "";

    /// <summary>The registry's journal is folded into a snapshot beyond this size. Matches Filebeat's memlog.</summary>
    [ConfigKey("filebeat.registry.memlog.checkpoint_size")]
    public ByteSize RegistryCheckpointSize { get; set; } = 10L << 20;

    /// <summary>
    /// Acknowledged positions are synced within this time (and intents before each send). Matches Filebeat.
    /// </summary>
    [ConfigKey("filebeat.registry.flush")]
    public TimeSpan RegistryFlush { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a stop waits for what was read to be acknowledged; zero: as long as the host lets it. Nothing is lost
    /// either way.
    /// </summary>
    [ConfigKey("filebeat.shutdown_timeout")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>Base of relative paths.</summary>
    [ConfigKey("path.home")]
    public string PathHome { get; set; } = "";

    /// <summary>Accepted; relative paths of included files would start here.</summary>
    [ConfigKey("path.config")]
    public string PathConfig { get; set; } = "";

    /// <summary>Where the agent keeps its state; relative to <c>path.home</c>.</summary>
    [ConfigKey("path.data")]
    public string PathData { get; set; } = "data";

    /// <summary>Accepted; the agent logs to the console.</summary>
    [ConfigKey("path.logs")]
    public string PathLogs { get; set; } = "logs";

    /// <summary>The agent's name in events (<c>agent.name</c>, <c>host.name</c>); empty: the host's name.</summary>
    [ConfigKey("name")]
    public string Name { get; set; } = "";

    /// <summary>What is done to every event, after the inputs' own processors.</summary>
    [ConfigKey("processors")]
    public ProcessorList Processors { get; set; } = new();

    /// <summary>Tags of every event.</summary>
    [ConfigKey("tags")]
    public List<string> Tags { get; set; } = [];

    /// <summary>Additional fields of every event.</summary>
    [ConfigKey("fields")]
    public Dictionary<string, object?> Fields { get; set; } = [];

    /// <summary>Whether <see cref="Fields"/> stand at the top of the event rather than below <c>fields</c>.</summary>
    [ConfigKey("fields_under_root")]
    public bool FieldsUnderRoot { get; set; }

    /// <summary>What may be read but not yet acknowledged.</summary>
    [ConfigKey("queue.mem")]
    public MemoryQueueConfig MemoryQueue { get; set; } = new();

    /// <summary>Threads that read files; 0: one per core, four at most.</summary>
    [ConfigKey("max_procs")]
    public int MaxProcs { get; set; }

    /// <summary>Status, metrics and health.</summary>
    [ConfigKey("http")]
    public AgentHttpConfig Http { get; set; } = new();

    /// <summary>How the agent itself logs.</summary>
    [ConfigKey("logging")]
    public AgentLoggingConfig Logging { get; set; } = new();

    /// <inheritdoc/>
    public void ReadFrom(Func<ConfigDocument> readAgain) =>
        ReadAgain = ReloadPaths.Count == 0 ? null : () => readAgain().Bind<AgentConfig>(out _);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        if (!MayBeIdle && !Inputs.Exists(input => input.Enabled))
        {
            problems.Add(new ConfigProblem(
                "filebeat.inputs", "no input is enabled; add one with 'type: filestream', 'id' and 'paths'"));
        }

        foreach (var twice in Inputs.Where(input => input.Id.Length > 0).GroupBy(input => input.Id))
        {
            if (twice.Count() > 1)
            {
                problems.Add(new ConfigProblem(
                    "filebeat.inputs", $"id '{twice.Key}' is used by {twice.Count()} inputs; each needs its own"));
            }
        }

        ValidateOutputs(problems);
        if (RegistryFlush <= TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem("filebeat.registry.flush", "must be greater than zero"));
        }

        if (ReloadPaths.Count > 0 && ReloadPeriod <= TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem(
                "filebeat._reload.period", "reload.period must be greater than zero, say 10s"));
        }

        if (MaxProcs < 0)
        {
            problems.Add(new ConfigProblem("max_procs", "must not be negative"));
        }

        return problems;
    }
}
