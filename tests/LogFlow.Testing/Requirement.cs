namespace LogFlow.Testing;

/// <summary>What a test needs beyond the .NET SDK.</summary>
public enum Requirement
{
    /// <summary>The folder shared/ beside the repository (real logs, vectors).</summary>
    Shared,

    /// <summary>Apache Kafka from shared/servers, and Java.</summary>
    Kafka,

    /// <summary>Elasticsearch from shared/servers, and Java.</summary>
    Elasticsearch,

    /// <summary>OpenSearch from shared/servers, and Java.</summary>
    OpenSearch,

    /// <summary>kcat on the PATH.</summary>
    Kcat,

    /// <summary>Debian's python3-kafka.</summary>
    KafkaPython,

    /// <summary>Debian's python3-confluent-kafka.</summary>
    ConfluentKafkaPython,

    /// <summary>Node.js and npm.</summary>
    Node,

    /// <summary>Debian's Chromium.</summary>
    Chromium,

    /// <summary>Linux with its signals and file systems.</summary>
    Linux,

    /// <summary>Mounting of a small tmpfs.</summary>
    Mount,

    /// <summary>Mounting of a disk image, with ext4 on it.</summary>
    LoopMount,
}
