using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Options of a <see cref="KafkaProducer"/>; names and, unless said otherwise, defaults of Kafka's producer.
/// </summary>
public sealed record KafkaProducerOptions
{
    /// <summary>Kafka <c>linger.ms</c>, 5 ms since Kafka 4.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Kafka <c>batch.size</c>, before compression; theirs is 16 KB, which compresses badly.</summary>
    public int BatchBytes { get; init; } = 128 * 1024;

    /// <summary>Kafka <c>compression.type</c>.</summary>
    public CompressionType Compression { get; init; } = CompressionType.None;

    /// <summary>Kafka <c>compression.zstd.level</c> and its like.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Kafka <c>enable.idempotence</c>. Without it a retry may double records.</summary>
    public bool IsIdempotent { get; init; } = true;

    /// <summary>Kafka <c>delivery.timeout.ms</c>.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Kafka <c>buffer.memory</c>; sends beyond it wait for room.</summary>
    public long BufferBytesMax { get; init; } = 32L * 1024 * 1024;

    /// <summary>Limits of the sending beneath.</summary>
    public PartitionSenderOptions Sender { get; init; } = new();
}
