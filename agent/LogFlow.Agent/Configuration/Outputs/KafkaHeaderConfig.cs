using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>One of <c>output.kafka.headers</c>.</summary>
public sealed class KafkaHeaderConfig
{
    /// <summary>Its name.</summary>
    [ConfigKey("key")]
    public string Key { get; set; } = "";

    /// <summary>Its value.</summary>
    [ConfigKey("value")]
    public string Value { get; set; } = "";
}
