namespace LogFlow.Agent;

/// <summary>Codecs of <c>output.kafka.compression</c>.</summary>
public enum OutputCompression
{
    /// <summary>No compression.</summary>
    None,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>Snappy.</summary>
    Snappy,

    /// <summary>LZ4.</summary>
    Lz4,

    /// <summary>Zstandard.</summary>
    Zstd,
}
