using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>A record to be produced. Its memory must stay unchanged until the send's task ends.</summary>
public readonly record struct ProducerRecord
{
    public required string Topic { get; init; }

    /// <summary>Null: chosen by the key; without a key, the one whose batch is being filled.</summary>
    public int? Partition { get; init; }

    /// <summary>Null is no key, which is not the same as an empty one.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>Null is a tombstone.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>Milliseconds since the Unix epoch; null for now.</summary>
    public long? TimestampMs { get; init; }

    public RecordHeader[]? Headers { get; init; }

    /// <summary>Upper bound of the bytes it takes in a batch.</summary>
    internal int SizeBound
    {
        get
        {
            // Varints of at most 5 and 10 bytes: length, attributes, deltas, three lengths, header count.
            const int overhead = 48;
            const int headerOverhead = 10;
            var size = (long)overhead + (Key?.Length ?? 0) + (Value?.Length ?? 0);
            foreach (var header in Headers ?? [])
            {
                size += headerOverhead + header.Key.Length + (header.Value?.Length ?? 0);
            }

            return (int)Math.Min(size, int.MaxValue);
        }
    }
}
