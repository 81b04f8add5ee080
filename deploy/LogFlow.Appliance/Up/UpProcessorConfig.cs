using LogFlow.Hosting;
using LogFlow.Processor;

namespace LogFlow.Appliance.Up;

/// <summary>Section <c>processor</c>: Logstash's settings, and whether the processor runs at all.</summary>
internal sealed class UpProcessorConfig : ProcessorConfig
{
    /// <summary>One processor is in this process, so its name can be fixed.</summary>
    public UpProcessorConfig() => QueueGroupInstanceId = "logflow-up";

    /// <summary>Whether this process parses and indexes.</summary>
    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;
}
