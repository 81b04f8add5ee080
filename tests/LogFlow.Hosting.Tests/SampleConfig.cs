namespace LogFlow.Hosting.Tests;

public enum SampleMode
{
    FirstChoice,
    Second,
}

[UnsupportedKeys("processors", "queue.disk")]
public sealed class SampleConfig : IValidatedConfig
{
    [ConfigKey("inputs")]
    public List<SampleInput> Inputs { get; set; } = [];

    [ConfigKey("output.kafka")]
    public SampleOutput Output { get; set; } = new();

    [ConfigKey("path.data")]
    public string DataPath { get; set; } = "/var/lib/sample";

    [ConfigKey("fields")]
    public Dictionary<string, string> Fields { get; set; } = [];

    [ConfigKey("log.retention.ms")]
    public long? RetentionMs { get; set; }

    public IReadOnlyList<ConfigProblem> Validate() =>
        DataPath.Length == 0 ? [new ConfigProblem("path.data", "must not be empty")] : [];
}

public sealed class SampleInput
{
    [ConfigKey("paths")]
    public List<string> Paths { get; set; } = [];

    [ConfigKey("close.on_state_change.inactive")]
    public TimeSpan Inactive { get; set; } = TimeSpan.FromMinutes(5);

    [ConfigKey("message_max_bytes")]
    public ByteSize MessageMax { get; set; } = 10_485_760;

    [ConfigKey("mode")]
    public SampleMode Mode { get; set; }
}

public sealed class SampleOutput
{
    [ConfigKey("hosts")]
    public List<string> Hosts { get; set; } = [];

    [ConfigKey("password", IsSecret = true)]
    public string? Password { get; set; }

    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;
}
