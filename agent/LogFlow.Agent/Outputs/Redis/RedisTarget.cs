namespace LogFlow.Agent;

/// <summary><c>output.redis</c>: a list or a channel.</summary>
internal sealed class RedisTarget(RedisOutputConfig config, MemoryQueueConfig memory) : OutputTarget
{
    private const int DefaultPort = 6379;

    public override string Description => $"Redis at {string.Join(", ", Hosts(config))}";

    public override IEnumerable<string> Warnings => config.Warnings;

    public override PublisherOptions Options { get; } = FileTarget.OptionsOf(config.BulkMaxSize, memory);

    /// <summary>The servers.</summary>
    public static List<HostAndPort> Hosts(RedisOutputConfig config) =>
        OutputConfig.SplitHosts(config.Hosts).ConvertAll(static host => HostAndPort.TryParse(host, DefaultPort)!);

    public override IBatchSink OpenSink(SinkContext context) => new RedisBatchSink(config, Lanes(), context);

    public override byte[] KeyOf(AgentIdentity identity, InputConfig input, long generation) =>
        DocumentIds.PrefixOf(identity.Id, generation);
}
