using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary><c>output.kafka</c>: a topic of a Kafka-protocol queue.</summary>
internal sealed class KafkaTarget(KafkaOutputConfig config, MemoryQueueConfig memory) : OutputTarget
{
    public override string Description => $"the queue at {string.Join(", ", config.Hosts)}";

    public override string Topic => config.Topic;

    public override OutputCodec Codec => config.Codec;

    public override IEnumerable<string> Warnings => config.Warnings;

    public override PublisherOptions Options { get; } = new(
        Compression(config), Math.Max(1, config.CompressionLevel), (int)config.MaxMessageBytes.Bytes,
        PublisherOptions.Smallest(config.BulkMaxSize, memory.Events))
    {
        RefusedPause = PublisherOptions.ShortPause(config.BackoffMax),
        Repetition = Repetition.DroppedBySequence,
    };

    public override bool IsKnownAs(TopicIdentity known) => known.Id != Guid.Empty;

    public override IBatchSink OpenSink(SinkContext context) =>
        new KafkaBatchSink(config, context.Loggers, context.Time);

    private static CompressionType Compression(KafkaOutputConfig config) => config.Compression switch
    {
        OutputCompression.Gzip => CompressionType.Gzip,
        OutputCompression.Snappy => CompressionType.Snappy,
        OutputCompression.Lz4 => CompressionType.Lz4,
        OutputCompression.Zstd => CompressionType.Zstd,
        _ => CompressionType.None,
    };
}
