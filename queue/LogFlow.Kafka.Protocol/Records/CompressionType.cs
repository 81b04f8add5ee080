namespace LogFlow.Kafka.Protocol;

/// <summary>The codec of a record batch's records: bits 0 to 2 of its attributes.</summary>
public enum CompressionType : byte
{
    /// <summary>The records as they are.</summary>
    None = 0,

    /// <summary>RFC 1952.</summary>
    Gzip = 1,

    /// <summary>Snappy blocks, bare (librdkafka) or in xerial's framing (Java clients).</summary>
    Snappy = 2,

    /// <summary>LZ4 frame format.</summary>
    Lz4 = 3,

    /// <summary>RFC 8878.</summary>
    Zstd = 4,
}
