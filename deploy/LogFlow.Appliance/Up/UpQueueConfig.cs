using LogFlow.Hosting;
using LogFlow.Queue;

namespace LogFlow.Appliance;

/// <summary>Section <c>queue</c>: Kafka's keys, and where the queue is when it runs elsewhere.</summary>
internal sealed class UpQueueConfig : QueueConfig
{
    /// <summary>A partition a core, so that parsing can use all of them.</summary>
    public UpQueueConfig() => NumPartitions = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Whether this process runs the queue.</summary>
    [ConfigKey("enabled")]
    public bool IsEnabled { get; set; } = true;

    /// <summary>The port of the default listener; 0 takes a free one.</summary>
    [ConfigKey("port")]
    public int Port { get; set; } = 9092;

    /// <summary>host:port of a queue or Kafka elsewhere.</summary>
    [ConfigKey("address")]
    public string? Address { get; set; }

    /// <inheritdoc/>
    public override string PortKey => "queue.port";
}
