using LogFlow.Agent;
using LogFlow.Hosting;

namespace LogFlow.Appliance.Up;

/// <summary>Section <c>agent</c>: Filebeat's keys, and whether the agent runs at all.</summary>
internal sealed class UpAgentConfig : AgentConfig
{
    /// <summary>Reads the host's logs until told otherwise.</summary>
    public UpAgentConfig() => Read(DefaultLogs.Globs);

    /// <summary>Whether this process tails files.</summary>
    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;

    /// <summary>Names what is read, in place of all inputs.</summary>
    public void Read(IEnumerable<string> paths) => Inputs = [new InputConfig { Id = "up", Paths = [.. paths] }];
}
