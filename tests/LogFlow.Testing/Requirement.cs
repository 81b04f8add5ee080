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

    /// <summary>Debian's tool that makes packages.</summary>
    DpkgDeb,

    /// <summary>systemd's checker of units.</summary>
    SystemdAnalyze,

    /// <summary>Prometheus' checker of rules.</summary>
    Promtool,

    /// <summary>Linux with its signals and file systems.</summary>
    Linux,

    /// <summary>Mounting of a small tmpfs.</summary>
    Mount,

    /// <summary>Mounting of a disk image, with ext4 on it.</summary>
    LoopMount,

    /// <summary>A container engine, and Redis as an image.</summary>
    Redis,

    /// <summary>A container engine, and RabbitMQ as an image.</summary>
    RabbitMq,

    /// <summary>A container engine, and PostgreSQL as an image.</summary>
    PostgreSql,

    /// <summary>A container engine, and the JRE as an image for shared/servers.</summary>
    JavaImage,

    /// <summary>A container engine and a registry with Kibana and Elasticsearch.</summary>
    Kibana,

    /// <summary>A container engine and a registry with Filebeat.</summary>
    Filebeat,

    /// <summary>A container engine and a registry with Logstash.</summary>
    Logstash,
}
