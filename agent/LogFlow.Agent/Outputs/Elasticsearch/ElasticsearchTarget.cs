using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary><c>output.elasticsearch</c>: documents with ids of their own, by <c>_bulk</c>.</summary>
internal sealed class ElasticsearchTarget(ElasticsearchOutputConfig config, MemoryQueueConfig memory) : OutputTarget
{
    /// <summary>Longer lines are cut: far below what Elasticsearch takes (100 MB), and affordable.</summary>
    private const int BatchBytesMax = 4 << 20;

    public override string Description => "Elasticsearch at " + string.Join(
        ", ", Hosts(config).Select(ElasticsearchHosts.Describe));

    public override IEnumerable<string> Warnings => config.Warnings;

    public override PublisherOptions Options { get; } = new(
        CompressionType.None, 0, BatchBytesMax, PublisherOptions.Smallest(config.EventsMax, memory.Events))
    {
        RefusedPause = PublisherOptions.ShortPause(config.BackoffMax),
        Repetition = Repetition.DroppedById,
        KeysNameLines = true,
    };

    /// <summary>The nodes.</summary>
    public static List<Uri> Hosts(ElasticsearchOutputConfig config) =>
        OutputConfig.SplitHosts(config.Hosts)
            .ConvertAll(host => ElasticsearchHosts.ToUri(host, config.Protocol, config.Path));

    public override IBatchSink OpenSink(SinkContext context) =>
        new ElasticsearchBatchSink(config, Lanes(), context);

    public override byte[] KeyOf(AgentIdentity identity, long generation) =>
        DocumentIds.PrefixOf(identity.Id, generation);
}
