namespace LogFlow.Kafka.Protocol;

/// <summary>A partition of a topic, by name.</summary>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>As Kafka prints it: <c>logs-3</c>.</summary>
    public override string ToString() => $"{Topic}-{Partition}";
}
