using LogFlow.Agent;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Section <c>agent</c>: Filebeat's keys, and whether the agent runs at all.</summary>
internal sealed class UpAgentConfig : AgentConfig
{
    /// <summary>Reads the host's logs until told otherwise; the queue is near, so little has to be under way.</summary>
    public UpAgentConfig()
    {
        Read(DefaultLogs.Globs);
        MemoryQueue.Bytes = 8L << 20;
    }

    /// <summary>Whether this process tails files.</summary>
    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;

    /// <summary>Names what is read, in place of all inputs.</summary>
    public void Read(IEnumerable<string> paths) => Inputs = [new InputConfig { Id = "up", Paths = [.. paths] }];
}
