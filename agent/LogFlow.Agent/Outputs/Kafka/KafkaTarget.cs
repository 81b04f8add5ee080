using System.Collections.Concurrent;
using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary><c>output.kafka</c>: one topic of a Kafka-protocol queue, for the inputs whose topic it is.</summary>
internal sealed class KafkaTarget(
    KafkaOutputConfig config, MemoryQueueConfig memory, string topic, ConcurrentDictionary<InputConfig, string> keys)
    : OutputTarget
{
    /// <summary>What inputs call it.</summary>
    public const string OutputName = "kafka";

    public override string Output => OutputName;

    public override string Description => $"the queue at {string.Join(", ", config.Hosts)}";

    public override string Topic => topic;

    public override OutputCodec Codec => config.EffectiveCodec;

    public override IEnumerable<string> Warnings => config.Warnings;

    public override PublisherOptions Options { get; } = new(
        Compression(config), Math.Max(1, config.CompressionLevel), (int)config.MaxMessageBytes.Bytes,
        PublisherOptions.Smallest(config.BulkMaxSize, memory.Events))
    {
        RefusedPause = PublisherOptions.ShortPause(config.BackoffMax),
        Repetition = Repetition.DroppedBySequence,
        Headers = [.. config.Headers.Select(static header => new RecordHeader(
            Encoding.UTF8.GetBytes(header.Key), Encoding.UTF8.GetBytes(header.Value)))],
    };

    /// <summary>Where all inputs have one topic, a registry of another topic is its, too.</summary>
    public override bool IsKnownAs(TopicIdentity known) =>
        known.Id != Guid.Empty && (Name == OutputName || known.Name == topic);

    public override bool Serves(InputConfig input) => keys.ContainsKey(input);

    public override bool CanTake(AgentConfig agent, InputConfig input)
    {
        try
        {
            return base.CanTake(agent, input) && KafkaRouting.TopicOf(config, agent, input) == topic;
        }
        catch (FormatException)
        {
            // Its topic depends on what each line holds.
            return false;
        }
    }

    public override void Take(AgentConfig agent, InputConfig input) =>
        keys[input] = KafkaRouting.KeyOf(config, agent, input);

    public override IBatchSink OpenSink(SinkContext context) =>
        new KafkaBatchSink(config, topic, context.Loggers, context.Time);

    public override byte[] KeyOf(AgentIdentity identity, InputConfig input, long generation) =>
        keys.GetValueOrDefault(input) is { Length: > 0 } key
            ? Encoding.UTF8.GetBytes(key)
            : base.KeyOf(identity, input, generation);

    private static CompressionType Compression(KafkaOutputConfig config) => config.Compression switch
    {
        OutputCompression.Gzip => CompressionType.Gzip,
        OutputCompression.Snappy => CompressionType.Snappy,
        OutputCompression.Lz4 => CompressionType.Lz4,
        OutputCompression.Zstd => CompressionType.Zstd,
        _ => CompressionType.None,
    };
}
