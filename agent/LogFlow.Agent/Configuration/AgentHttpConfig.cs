using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>http</c>: where status, metrics and health are served. Matches Filebeat.</summary>
public sealed class AgentHttpConfig
{
    /// <summary>Whether they are served.</summary>
    [ConfigKey("enabled")]
    public bool Enabled { get; set; }

    /// <summary>Address to bind.</summary>
    [ConfigKey("host")]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port; 0 takes a free one.</summary>
    [ConfigKey("port")]
    public int Port { get; set; } = 5066;
}
