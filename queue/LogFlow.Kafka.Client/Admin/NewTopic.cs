namespace LogFlow.Kafka.Client;

/// <summary>A topic to be created.</summary>
/// <param name="Name">By Kafka's rules: <c>[a-zA-Z0-9._-]{1,249}</c>.</param>
/// <param name="PartitionCount">−1 for the broker's default.</param>
/// <param name="ReplicationFactor">−1 for the broker's default.</param>
public sealed record NewTopic(string Name, int PartitionCount = -1, short ReplicationFactor = -1)
{
    /// <summary>Topic settings, such as <c>retention.ms</c>.</summary>
    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>();
}
