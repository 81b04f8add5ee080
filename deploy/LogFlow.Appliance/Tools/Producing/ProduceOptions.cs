using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>What <c>logflow produce</c> was asked for.</summary>
internal sealed record ProduceOptions
{
    public required string Topic { get; init; }

    /// <summary>Null: chosen by the key, or in turns.</summary>
    public int? Partition { get; init; }

    /// <summary>What separates key and value in a line, in UTF-8; empty: lines have no key.</summary>
    public ReadOnlyMemory<byte> KeyDelimiter { get; init; }

    /// <summary>Headers of every record.</summary>
    public RecordHeader[] Headers { get; init; } = [];

    /// <summary>Whether an empty value becomes null.</summary>
    public bool HasTombstones { get; init; }
}
