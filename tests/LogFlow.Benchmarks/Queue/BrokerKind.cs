namespace LogFlow.Benchmarks;

/// <summary>What is measured, and beside what.</summary>
internal enum BrokerKind
{
    /// <summary>Our queue: every acknowledgement follows an fdatasync.</summary>
    LogFlow,

    /// <summary>Kafka that syncs each batch.</summary>
    KafkaSynced,

    /// <summary>Kafka as it comes: acknowledged from the page cache.</summary>
    KafkaPageCache,
}
