using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary><c>output.logstash</c>: Lumberjack 2.</summary>
internal sealed class LogstashTarget(LogstashOutputConfig config, MemoryQueueConfig memory) : OutputTarget
{
    /// <summary>Longer lines are cut.</summary>
    private const int BatchBytesMax = 4 << 20;

    private const int DefaultPort = 5044;

    public override string Description => $"Logstash at {string.Join(", ", Hosts(config))}";

    public override IEnumerable<string> Warnings => config.Warnings;

    public override PublisherOptions Options { get; } = new(
        CompressionType.None, 0, BatchBytesMax, PublisherOptions.Smallest(config.BulkMaxSize, memory.Events))
    {
        RefusedPause = PublisherOptions.ShortPause(config.BackoffMax),
        Repetition = Repetition.Arrives,
        KeysNameLines = true,
    };

    /// <summary>The servers.</summary>
    public static List<HostAndPort> Hosts(LogstashOutputConfig config) =>
        OutputConfig.SplitHosts(config.Hosts).ConvertAll(static host => HostAndPort.TryParse(host, DefaultPort)!);

    public override IBatchSink OpenSink(SinkContext context) => new LumberjackBatchSink(config, Lanes(), context);

    public override byte[] KeyOf(AgentIdentity identity, long generation) =>
        DocumentIds.PrefixOf(identity.Id, generation);
}
